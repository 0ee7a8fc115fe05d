import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Ce que SANTORIN garde : les droits, les offsets et les réponses dues, dans une seule base et une seule transaction.
 * C’est ce qui rend un arrêt brutal sans effet : tout un lot est enregistré avec ses offsets, ou rien ne l’est.
 * SQLite suffit à l’exemple ; ce sont les mêmes trois tables dans votre base.
 */
final class Registre implements AutoCloseable {
    // secure_delete : ce qui est effacé ne reste pas dans le fichier
    private static final String ADRESSE = "jdbc:sqlite:%s?busy_timeout=15000&secure_delete=true";
    /** De `droit` : `accuse`, la version de notre réponse ; `du`, si elle est encore à envoyer. */
    private static final String[] TABLES = {
        """
        CREATE TABLE IF NOT EXISTS droit (
            convocation_id TEXT PRIMARY KEY, version INTEGER NOT NULL, ouvre INTEGER NOT NULL,
            valide_du TEXT NOT NULL, valide_au TEXT, traceparent TEXT,
            accuse INTEGER NOT NULL, du INTEGER NOT NULL)""",
        """
        CREATE TABLE IF NOT EXISTS place (
            topic TEXT, numero INTEGER, suivant INTEGER NOT NULL, PRIMARY KEY (topic, numero))""",
        """
        CREATE TABLE IF NOT EXISTS mis_de_cote (
            topic TEXT, numero INTEGER, position INTEGER, raison TEXT, cle BLOB, valeur BLOB,
            PRIMARY KEY (topic, numero, position))"""
    };
    private static final String RETENIR = """
            INSERT INTO droit VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, 1)
            ON CONFLICT (convocation_id) DO UPDATE SET
                version = ?2, ouvre = ?3, valide_du = ?4, valide_au = ?5, traceparent = ?6, accuse = accuse + 1, du = 1
            WHERE ?2 > version""";
    private final Connection base;

    /** Une réponse à envoyer : au droit de cette version, sous notre version `accuse`. */
    record Du(String convocationId, int version, int accuse, String traceparent) {}

    /** Ce qui est su d’une convocation, un jour donné. */
    record Etat(String convocationId, int version, boolean ouvre) {}

    Registre(Path dossier) throws SQLException, IOException {
        Files.createDirectories(dossier);
        base = DriverManager.getConnection(ADRESSE.formatted(dossier.resolve("droits.sqlite")));
        for (String table : TABLES) {
            executer(table);
        }
        base.setAutoCommit(false);
    }

    @Override
    public void close() throws SQLException {
        base.close();
    }

    void valider() throws SQLException {
        base.commit();
    }

    void abandonner() throws SQLException {
        base.rollback();
    }

    /** La plus haute version de chaque clé, où qu’elle soit ; une version nouvelle attend sa réponse. */
    void retenir(Droit droit) throws SQLException {
        executer(RETENIR, droit.convocationId(), droit.version(), droit.ouvre(),
                droit.valideDu().toString(), Objects.toString(droit.valideAu(), null), droit.traceparent());
    }

    /** Une valeur nulle : la clé, et tout ce que l’on gardait d’elle. */
    void effacer(String convocationId) throws SQLException {
        executer("DELETE FROM droit WHERE convocation_id = ?", convocationId);
        byte[] cle = convocationId.getBytes(StandardCharsets.UTF_8);
        // mis de côté sous sa clé, ou sous une autre en parlant d’elle
        executer("DELETE FROM mis_de_cote WHERE cle = ? OR instr(valeur, ?)", cle, cle);
    }

    void mettreDeCote(ConsumerRecord<byte[], byte[]> record, String raison) throws SQLException {
        executer("INSERT OR IGNORE INTO mis_de_cote VALUES (?, ?, ?, ?, ?, ?)",
                record.topic(), record.partition(), record.offset(), raison, record.key(), record.value());
    }

    void avancer(TopicPartition place, long suivant) throws SQLException {
        executer("INSERT OR REPLACE INTO place VALUES (?, ?, ?)", place.topic(), place.partition(), suivant);
    }

    /** L’offset à lire ensuite ; rien : cette partition n’a jamais été lue. */
    OptionalLong place(TopicPartition place) throws SQLException {
        try (PreparedStatement demande = preparer(
                "SELECT suivant FROM place WHERE topic = ? AND numero = ?", place.topic(), place.partition())) {
            ResultSet trouve = demande.executeQuery();
            return trouve.next() ? OptionalLong.of(trouve.getLong(1)) : OptionalLong.empty();
        }
    }

    List<Du> dus() throws SQLException {
        try (PreparedStatement demande =
                preparer("SELECT convocation_id, version, accuse, traceparent FROM droit WHERE du")) {
            List<Du> dus = new ArrayList<>();
            for (ResultSet un = demande.executeQuery(); un.next(); ) {
                dus.add(new Du(un.getString(1), un.getInt(2), un.getInt(3), un.getString(4)));
            }
            return dus;
        }
    }

    /** Acquittées par Kafka. Une version arrivée entre-temps attend encore la sienne. */
    void repondu(List<Du> dus) throws SQLException {
        for (Du un : dus) {
            executer("UPDATE droit SET du = 0 WHERE convocation_id = ? AND accuse = ?",
                    un.convocationId(), un.accuse());
        }
        valider();
    }

    /** Chaque droit connu ; une clé absente n’ouvre rien. */
    List<Etat> droits(LocalDate jour) throws SQLException {
        try (PreparedStatement demande = preparer(
                "SELECT convocation_id, version, ouvre AND valide_du <= ? AND COALESCE(valide_au >= ?, 1)"
                        + " FROM droit ORDER BY convocation_id",
                jour.toString(), jour.toString())) {
            List<Etat> etats = new ArrayList<>();
            for (ResultSet un = demande.executeQuery(); un.next(); ) {
                etats.add(new Etat(un.getString(1), un.getInt(2), un.getBoolean(3)));
            }
            return etats;
        }
    }

    private int executer(String ordre, Object... valeurs) throws SQLException {
        try (PreparedStatement prepare = preparer(ordre, valeurs)) {
            return prepare.executeUpdate();
        }
    }

    private PreparedStatement preparer(String ordre, Object... valeurs) throws SQLException {
        PreparedStatement prepare = base.prepareStatement(ordre);
        for (int numero = 0; numero < valeurs.length; numero++) {
            prepare.setObject(numero + 1, valeurs[numero]);
        }
        return prepare;
    }
}
