import java.sql.SQLException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** Ce qu’un lot d’enregistrements change au registre : lui et ses offsets dans une transaction, ou rien. */
final class Lot {
    private Lot() {}

    static void enregistrer(Registre registre, ConsumerRecords<byte[], byte[]> recus) throws SQLException {
        try {
            for (TopicPartition place : recus.partitions()) {
                long suivant = 0;
                for (ConsumerRecord<byte[], byte[]> record : recus.records(place)) {
                    appliquer(registre, record);
                    suivant = record.offset() + 1;
                }
                registre.avancer(place, suivant);
            }
            registre.valider();
        } catch (SQLException | RuntimeException erreur) {
            registre.abandonner();
            throw erreur;
        }
    }

    private static void appliquer(Registre registre, ConsumerRecord<byte[], byte[]> record) throws SQLException {
        String type = Droit.entete(record, "ce_type");
        if (type != null && !type.equals(Droit.TYPE)) {
            return; // un événement que nous ne connaissons pas encore
        }
        if (record.value() == null && record.key() != null) {
            registre.effacer(Droit.cle(record));
            return;
        }
        try {
            registre.retenir(Droit.lire(record));
        } catch (Droit.Illisible illisible) {
            registre.mettreDeCote(record, illisible.getMessage());
            System.err.println("illisible, mis de côté : partition " + record.partition() + ", offset " + record.offset()
                    + ", " + illisible.getMessage());
        }
    }
}
