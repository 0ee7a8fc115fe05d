import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;

/**
 * Un consommateur durable des droits, avec le client de Kafka seul : il garde ses offsets avec ses droits, et répond à
 * chacun. Sans argument, il lit jusqu’à ce qu’on l’arrête, même par kill -9 ; « droits » affiche ce qu’il sait.
 */
public final class Consommateur {
    private Consommateur() {}

    public static void main(String[] args) throws Exception {
        try (Registre registre = new Registre(Path.of(Reglages.lire("DOSSIER", "etat")))) {
            if (List.of(args).equals(List.of("droits"))) {
                afficher(registre);
            } else {
                consommer(registre);
            }
        }
    }

    /** En JSON, une convocation par ligne. */
    static void afficher(Registre registre) throws SQLException {
        String jour = Reglages.lire("JOUR", LocalDate.now(ZoneId.of("Europe/Paris")).toString());
        for (Registre.Etat un : registre.droits(LocalDate.parse(jour))) {
            System.out.printf("{\"convocation_id\": \"%s\", \"version\": %d, \"droit\": %b}%n",
                    un.convocationId(), un.version(), un.ouvre());
        }
    }

    private static void consommer(Registre registre) throws Exception {
        try (var consommateur = new KafkaConsumer<byte[], byte[]>(Reglages.consommateur());
                var producteur = new KafkaProducer<String, byte[]>(Reglages.producteur())) {
            consommateur.subscribe(List.of(Reglages.TOPIC_DROITS), new Reprise(consommateur, registre));
            while (true) {
                ConsumerRecords<byte[], byte[]> recus = consommateur.poll(Duration.ofMillis(200));
                if (!recus.isEmpty()) {
                    Lot.enregistrer(registre, recus);
                }
                Accuses.envoyer(producteur, registre);
            }
        }
    }

    /** Chaque partition reçue reprend où notre base en est ; ce que Kafka sait du groupe ne compte pas. */
    private record Reprise(Consumer<byte[], byte[]> consommateur, Registre registre)
            implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> recues) {
            try {
                for (TopicPartition place : recues) {
                    OptionalLong suivant = registre.place(place);
                    if (suivant.isPresent()) {
                        consommateur.seek(place, suivant.getAsLong());
                    } else {
                        consommateur.seekToBeginning(List.of(place));
                    }
                }
            } catch (SQLException erreur) {
                throw new IllegalStateException(erreur);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> perdues) {
            // un lot est toujours enregistré en entier, ou pas du tout
        }
    }
}
