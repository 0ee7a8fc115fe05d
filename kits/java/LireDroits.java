import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Lit les droits de SANTORIN, du début du topic à sa fin, et les affiche tels qu’ils sont.
 * Arguments : HOTE:PORT [client.properties]. Une ligne par convocation, triées :
 * convocation_id version status role droit|aucun
 */
public final class LireDroits {
    private static final String TOPIC = "imagin.public.habilitation.v1";
    private static final String TYPE = "fr.imagin.habilitation.v1";
    private static final Set<String> ROLES =
            Set.of("COORDINATEUR", "COORDINATEUR_ADJOINT", "CORRECTEUR", "CORRECTEUR_SUPPLEANT", "NUMERISATION");
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final ObjectMapper JSON = new ObjectMapper();

    record Droit(int version, String status, String role) {
        boolean ouvre() {
            return status.equals("GRANTED") && ROLES.contains(role);
        }
    }

    static final class Echec extends RuntimeException {
        private static final long serialVersionUID = 1;

        Echec(String phrase) {
            super(phrase);
        }
    }

    public static void main(String[] args) {
        if (args.length < 1 || args.length > 2) {
            System.err.println("usage : LireDroits HOTE:PORT [client.properties]");
            System.exit(2);
        }
        try {
            lire(reglages(args)).forEach((cle, droit) -> System.out.println(String.join(" ",
                    cle, Integer.toString(droit.version()), droit.status(), droit.role(),
                    droit.ouvre() ? "droit" : "aucun")));
        } catch (Echec echec) {
            System.err.println(echec.getMessage());
            System.exit(1);
        } catch (KafkaException | IOException erreur) {
            System.err.println("le topic " + TOPIC + " n’a pas pu être lu : " + erreur.getMessage());
            System.exit(1);
        }
    }

    private static Properties reglages(String[] args) throws IOException {
        Properties reglages = new Properties();
        if (args.length == 2) {
            try (FileReader fichier = new FileReader(args[1])) {
                reglages.load(fichier);
            }
        }
        reglages.put("bootstrap.servers", args[0]);
        reglages.put("isolation.level", "read_committed");
        reglages.put("auto.offset.reset", "earliest");
        reglages.put("enable.auto.commit", "false");
        reglages.put("allow.auto.create.topics", "false");
        reglages.put("default.api.timeout.ms", "15000");
        return reglages;
    }

    private static Map<String, Droit> lire(Properties reglages) {
        Map<String, Droit> droits = new TreeMap<>();
        try (var consumer = new KafkaConsumer<>(reglages, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> places = consumer.partitionsFor(TOPIC).stream()
                    .map(une -> new TopicPartition(TOPIC, une.partition())).toList();
            if (places.isEmpty()) {
                throw new Echec("le topic " + TOPIC + " n’existe pas");
            }
            consumer.assign(places);
            consumer.seekToBeginning(places);
            Map<TopicPartition, Long> fins = consumer.endOffsets(places);
            long limite = System.nanoTime() + PATIENCE.toNanos();
            while (places.stream().anyMatch(place -> consumer.position(place) < fins.get(place))) {
                var recus = consumer.poll(Duration.ofMillis(200));
                for (ConsumerRecord<String, byte[]> record : recus) {
                    if (record.offset() < fins.get(new TopicPartition(TOPIC, record.partition()))) {
                        retenir(droits, record);
                    }
                }
                if (!recus.isEmpty()) {
                    limite = System.nanoTime() + PATIENCE.toNanos();
                } else if (System.nanoTime() > limite) {
                    throw new Echec("Kafka ne donne plus rien depuis " + PATIENCE.toSeconds() + " s : lecture incomplète");
                }
            }
        }
        return droits;
    }

    /** La plus haute version de chaque clé, où qu’elle soit dans le topic ; une valeur nulle efface la clé. */
    private static void retenir(Map<String, Droit> droits, ConsumerRecord<String, byte[]> record) {
        Header type = record.headers().lastHeader("ce_type");
        if (type != null && !TYPE.equals(new String(type.value(), StandardCharsets.UTF_8))) {
            return; // un événement que nous ne connaissons pas encore
        }
        if (record.value() == null) {
            droits.remove(record.key());
            return;
        }
        Droit nouveau = droit(record);
        Droit connu = droits.get(record.key());
        if (connu == null || nouveau.version() > connu.version()) {
            droits.put(record.key(), nouveau);
        }
    }

    private static Droit droit(ConsumerRecord<String, byte[]> record) {
        try {
            JsonNode corps = JSON.readTree(record.value()); // les champs inconnus sont ignorés
            if (record.key() != null && corps.path("version").isInt()
                    && corps.path("status").isTextual() && corps.path("role").isTextual()) {
                return new Droit(corps.get("version").intValue(), corps.get("status").textValue(),
                        corps.get("role").textValue());
            }
        } catch (IOException illisible) {
            // dit ci-dessous, sans citer la valeur
        }
        throw new Echec(
                "enregistrement illisible : partition " + record.partition() + ", offset " + record.offset());
    }
}
