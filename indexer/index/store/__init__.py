"""The one door to the disk: manifest, generations, lock, transaction."""
