import java.util.stream.IntStream;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** A node in a process of its own, so that it can be killed: FOLDER NUMBER NODES HTTP_BASE TRANSPORT_BASE [key=value]... */
public final class ClusterNode {
    public static void main(String[] given) throws Exception {
        int number = Integer.parseInt(given[1]);
        int nodes = Integer.parseInt(given[2]);
        int http = Integer.parseInt(given[3]);
        int transport = Integer.parseInt(given[4]);
        OpenSearchRunner node = new OpenSearchRunner();
        node.onBuild((unused, settings) -> {
            settings.put("node.name", "node" + number);
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", http + number);
            settings.put("transport.port", transport + number);
            settings.put("discovery.type", "zen");
            settings.putList("discovery.seed_hosts",
                IntStream.rangeClosed(1, nodes).mapToObj(n -> "127.0.0.1:" + (transport + n)).toList());
            settings.putList("cluster.initial_cluster_manager_nodes",
                IntStream.rangeClosed(1, nodes).mapToObj(n -> "node" + n).toList());
            for (int at = 5; at < given.length; at++) {
                int equals = given[at].indexOf('=');
                settings.put(given[at].substring(0, equals), given[at].substring(equals + 1));
            }
        });
        node.build(OpenSearchRunner.newConfigs()
            .basePath(given[0] + "/node" + number).numOfNode(1).clusterName("quiver-tests"));
        // The other end closes when whoever started this ends, in whatever way.
        while (System.in.read() >= 0) { }
        Runtime.getRuntime().halt(0);
    }
}
