import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Répond aux droits : une réponse par version reçue, la même si elle repart.
 * Une réponse due est enregistrée avec le droit, puis envoyée, puis rayée. Arrêté entre les deux, elle repart telle
 * quelle : même `version`, même contenu, donc ignorée par IMAG’IN.
 */
final class Accuses {
    private static final String TYPE = "fr.santorin.accuse.v1";
    private static final ObjectMapper JSON = new ObjectMapper();

    private Accuses() {}

    /** Tout ce qui est dû ; ne raye que ce que Kafka a acquitté. */
    static void envoyer(Producer<String, byte[]> producteur, Registre registre)
            throws SQLException, InterruptedException, ExecutionException {
        List<Registre.Du> dus = registre.dus();
        List<Future<RecordMetadata>> envois = new ArrayList<>();
        for (Registre.Du un : dus) {
            envois.add(producteur.send(accuse(un, null)));
        }
        for (Future<RecordMetadata> envoi : envois) {
            envoi.get();
        }
        registre.repondu(dus);
    }

    /** `motif` : pourquoi le droit n’est pas appliqué, sans donnée personnelle ; nul : il est accepté. */
    static ProducerRecord<String, byte[]> accuse(Registre.Du du, String motif) {
        Map<String, Object> corps = new LinkedHashMap<>();
        corps.put("convocation_id", du.convocationId());
        corps.put("habilitation_version", du.version());
        corps.put("version", du.accuse());
        corps.put("decision", motif == null ? "ACCEPTED" : "REFUSED");
        corps.put("motif", motif);
        var record = new ProducerRecord<>(Reglages.TOPIC_ACCUSES, du.convocationId(), octets(corps));
        // `ce_id` est calculé : le même pour un renvoi.
        UUID id = UUID.nameUUIDFromBytes((TYPE + "/" + du.convocationId() + "/" + du.accuse()).getBytes(StandardCharsets.UTF_8));
        CloudEvents.entetes(record, TYPE, "/santorin/droits", id.toString(), du.convocationId(), Instant.now());
        if (du.traceparent() != null) {
            CloudEvents.entete(record, "traceparent", du.traceparent());
        }
        return record;
    }

    private static byte[] octets(Map<String, Object> corps) {
        try {
            return JSON.writeValueAsBytes(corps);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
