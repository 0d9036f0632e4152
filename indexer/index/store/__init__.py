"""The one way to the disk: manifest, generations, lock, transaction."""
