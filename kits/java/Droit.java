import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Le droit d’une convocation, à une version. `valideAu` et `traceparent` peuvent être nuls. */
record Droit(
        String convocationId, int version, boolean ouvre, LocalDate valideDu, LocalDate valideAu, String traceparent) {
    static final String TYPE = "fr.imagin.habilitation.v1";
    private static final Set<String> ROLES =
            Set.of("COORDINATEUR", "COORDINATEUR_ADJOINT", "CORRECTEUR", "CORRECTEUR_SUPPLEANT", "NUMERISATION");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** L’enregistrement n’est pas un droit ; la phrase ne cite aucune valeur. */
    static final class Illisible extends Exception {
        private static final long serialVersionUID = 1;

        Illisible(String raison) {
            super(raison);
        }
    }

    /** Les champs inconnus sont ignorés ; un rôle inconnu n’ouvre pas. */
    static Droit lire(ConsumerRecord<byte[], byte[]> record) throws Illisible {
        try {
            JsonNode corps = JSON.readTree(record.value());
            String cle = UUID.fromString(cle(record)).toString();
            if (!corps.path("convocation_id").asText().equals(cle)) {
                throw new Illisible("la clé n’est pas convocation_id");
            }
            if (!corps.path("version").isInt() || corps.get("version").intValue() < 1) {
                throw new Illisible("version n’est pas un entier positif");
            }
            if (!corps.path("status").isTextual() || !corps.path("role").isTextual() || !corps.has("valide_au")) {
                throw new Illisible("il manque un champ");
            }
            boolean ouvre = corps.get("status").textValue().equals("GRANTED")
                    && ROLES.contains(corps.get("role").textValue());
            LocalDate au = corps.get("valide_au").isNull() ? null : LocalDate.parse(corps.get("valide_au").asText());
            LocalDate du = LocalDate.parse(corps.path("valide_du").asText());
            return new Droit(cle, corps.get("version").intValue(), ouvre, du, au, entete(record, "traceparent"));
        } catch (IOException | IllegalArgumentException | DateTimeParseException illisible) {
            throw new Illisible(illisible.getClass().getSimpleName());
        }
    }

    static String cle(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    static String entete(ConsumerRecord<?, ?> record, String nom) {
        Header header = record.headers().lastHeader(nom);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
