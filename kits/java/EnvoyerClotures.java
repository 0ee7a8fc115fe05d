import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Envoie des clôtures à IMAG’IN, comme Cyclades : tout le fichier est lu avant que rien ne parte.
 * Arguments : FICHIER, une clôture par ligne, un CloudEvent en mode structuré (`id`, `source`, `type`, `time`, et le
 * corps dans `data`). Il part en mode binaire. Renvoyer le même fichier est sans effet : mêmes révisions, mêmes `id`.
 */
public final class EnvoyerClotures {
    private static final String TYPE = "fr.cyclades.inscriptions-closed.v1";
    private static final ObjectMapper JSON = new ObjectMapper();

    private EnvoyerClotures() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.err.println("usage : KAFKA=HOTE:PORT EnvoyerClotures FICHIER");
            System.exit(2);
        }
        List<ProducerRecord<String, byte[]>> lus = new ArrayList<>();
        for (String ligne : lignes(args[0])) {
            try {
                lus.add(enregistrement(JSON.readTree(lus.isEmpty() ? ligne.replaceFirst("^\uFEFF", "") : ligne)));
            } catch (JsonProcessingException | IllegalArgumentException | DateTimeException faute) {
                System.err.println("ligne " + (lus.size() + 1) + " : " + faute.getClass().getSimpleName()
                        + " ; rien n’est parti");
                System.exit(1);
            }
        }
        envoyer(Reglages.producteur(), lus);
        System.out.println(lus.size() + " clôtures envoyées");
    }

    private static List<String> lignes(String fichier) {
        try {
            return Files.readAllLines(Path.of(fichier));
        } catch (IOException erreur) {
            System.err.println(fichier + " : " + erreur.getClass().getSimpleName() + " ; rien n’est parti");
            System.exit(1);
            throw new IllegalStateException(erreur);
        }
    }

    private static ProducerRecord<String, byte[]> enregistrement(JsonNode evenement) throws JsonProcessingException {
        JsonNode corps = evenement.path("data");
        if (!evenement.path("type").asText().equals(TYPE) || !corps.path("uai").isTextual()
                || !corps.path("revision").isInt() || !evenement.path("id").isTextual()
                || !evenement.path("source").isTextual()) {
            throw new IllegalArgumentException("ce n’est pas une clôture");
        }
        String uai = corps.get("uai").textValue(); // la clé : elle tient l’ordre des révisions
        Instant quand = OffsetDateTime.parse(evenement.path("time").asText()).toInstant();
        var record = new ProducerRecord<>(Reglages.TOPIC_CLOTURES, uai, JSON.writeValueAsBytes(corps));
        CloudEvents.entetes(record, TYPE, evenement.get("source").textValue(), evenement.get("id").textValue(), uai, quand);
        return record;
    }

    private static void envoyer(Properties reglages, List<ProducerRecord<String, byte[]>> records)
            throws InterruptedException {
        try (var producteur = new KafkaProducer<String, byte[]>(reglages)) {
            List<Future<RecordMetadata>> envois = records.stream().map(producteur::send).toList();
            for (Future<RecordMetadata> envoi : envois) {
                envoi.get();
            }
        } catch (ExecutionException erreur) {
            System.err.println("tout n’est pas parti, renvoyez le fichier : " + erreur.getCause().getMessage());
            System.exit(1);
        }
    }
}
