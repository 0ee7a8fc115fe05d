import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;

/** CloudEvents 1.0 en mode binaire : la description dans les en-têtes de Kafka, le corps tel quel. */
final class CloudEvents {
    private CloudEvents() {}

    static void entetes(
            ProducerRecord<String, byte[]> record, String type, String source, String id, String sujet, Instant quand) {
        entete(record, "ce_specversion", "1.0");
        entete(record, "ce_id", id);
        entete(record, "ce_source", source);
        entete(record, "ce_type", type);
        entete(record, "ce_subject", sujet);
        entete(record, "ce_time", quand.toString());
        entete(record, "content-type", "application/json");
    }

    static void entete(ProducerRecord<String, byte[]> record, String nom, String valeur) {
        record.headers().add(nom, valeur.getBytes(StandardCharsets.UTF_8));
    }
}
