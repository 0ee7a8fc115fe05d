import java.io.FileReader;
import java.io.IOException;
import java.util.Map;
import java.util.Properties;

/** Ce que l’environnement dit, et les réglages d’un client Kafka sans lesquels un consommateur se trompe. */
final class Reglages {
    static final String TOPIC_DROITS = lire("TOPIC_DROITS", "imagin.public.habilitation.v1");
    static final String TOPIC_ACCUSES = lire("TOPIC_ACCUSES", "santorin.public.accuse.v1");
    static final String TOPIC_CLOTURES = lire("TOPIC_CLOTURES", "cyclades.public.inscriptions.v1");
    static final String GROUPE = lire("GROUPE", "santorin.habilitation");

    private Reglages() {}

    static String lire(String nom, String sinon) {
        return System.getenv().getOrDefault(nom, sinon);
    }

    /** KAFKA, et le fichier habituel des clients de Kafka, que CLIENT_PROPERTIES nomme. */
    private static Properties communs() throws IOException {
        Properties reglages = new Properties();
        String nomme = lire("CLIENT_PROPERTIES", "");
        if (!nomme.isEmpty()) {
            try (FileReader fichier = new FileReader(nomme)) {
                reglages.load(fichier);
            }
        }
        reglages.put("bootstrap.servers", lire("KAFKA", "localhost:9092"));
        return reglages;
    }

    static Properties consommateur() throws IOException {
        Properties reglages = communs();
        reglages.putAll(Map.of(
                "group.id", GROUPE,
                "group.instance.id", lire("INSTANCE", "1"), // redémarré, il reprend ses partitions sans attendre
                "isolation.level", "read_committed",
                "auto.offset.reset", "earliest",
                "enable.auto.commit", "false",
                "allow.auto.create.topics", "false",
                "key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer",
                "value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer"));
        return reglages;
    }

    static Properties producteur() throws IOException {
        Properties reglages = communs();
        reglages.putAll(Map.of(
                "acks", "all",
                "enable.idempotence", "true",
                "linger.ms", "5",
                "key.serializer", "org.apache.kafka.common.serialization.StringSerializer",
                "value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer"));
        return reglages;
    }
}
