import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.kafka.listener.ConsumerSeekAware;
import org.springframework.kafka.listener.ContainerProperties.AckMode;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.FixedBackOff;

/** Le même consommateur durable que {@link Consommateur}, avec Spring for Apache Kafka. */
@Configuration
@EnableKafka
public class ConsommateurSpring {
    public static void main(String[] args) throws Exception {
        if (List.of(args).equals(List.of("droits"))) {
            try (Registre registre = new Registre(Path.of(Reglages.lire("DOSSIER", "etat")))) {
                Consommateur.afficher(registre);
            }
            return;
        }
        @SuppressWarnings("resource") // ouvert jusqu’à l’arrêt
        var contexte = new AnnotationConfigApplicationContext(ConsommateurSpring.class);
        contexte.registerShutdownHook();
        Thread.currentThread().join();
    }

    @Bean
    Registre registre() throws SQLException, IOException {
        return new Registre(Path.of(Reglages.lire("DOSSIER", "etat")));
    }

    @Bean
    ProducerFactory<String, byte[]> producteurs() throws Exception {
        return new DefaultKafkaProducerFactory<>(options(Reglages.producteur()));
    }

    @Bean
    ConcurrentKafkaListenerContainerFactory<byte[], byte[]> kafkaListenerContainerFactory() throws Exception {
        var fabrique = new ConcurrentKafkaListenerContainerFactory<byte[], byte[]>();
        fabrique.setConsumerFactory(new DefaultKafkaConsumerFactory<>(options(Reglages.consommateur())));
        fabrique.setBatchListener(true);
        fabrique.getContainerProperties().setAckMode(AckMode.MANUAL); // jamais : nos offsets sont dans notre base
        // Un lot qui échoue (base absente) est relu, sans fin ; jamais sauté, ce que Spring ferait après dix essais.
        fabrique.setCommonErrorHandler(new DefaultErrorHandler(new FixedBackOff(1_000, FixedBackOff.UNLIMITED_ATTEMPTS)));
        return fabrique;
    }

    @Bean
    Ecoute ecoute(Registre registre, ProducerFactory<String, byte[]> producteurs) {
        return new Ecoute(registre, producteurs.createProducer());
    }

    /** Spring écrit ses propres réglages dans la table : elle doit être à lui. */
    private static Map<String, Object> options(Properties reglages) {
        Map<String, Object> options = new HashMap<>();
        reglages.forEach((nom, valeur) -> options.put((String) nom, valeur));
        return options;
    }

    /** Un lot à la fois, sur un seul fil : le registre n’a qu’une connexion. */
    static final class Ecoute implements ConsumerSeekAware {
        private final Registre registre;
        private final Producer<String, byte[]> producteur;

        Ecoute(Registre registre, Producer<String, byte[]> producteur) {
            this.registre = registre;
            this.producteur = producteur;
        }

        @KafkaListener(topics = "${TOPIC_DROITS:imagin.public.habilitation.v1}")
        void recevoir(ConsumerRecords<byte[], byte[]> recus) throws Exception {
            Lot.enregistrer(registre, recus);
            Accuses.envoyer(producteur, registre);
        }

        /** Chaque partition reçue reprend où notre base en est ; ce que Kafka sait du groupe ne compte pas. */
        @Override
        public void onPartitionsAssigned(Map<TopicPartition, Long> recues, ConsumerSeekCallback callback) {
            try {
                for (TopicPartition place : recues.keySet()) {
                    OptionalLong suivant = registre.place(place);
                    if (suivant.isPresent()) {
                        callback.seek(place.topic(), place.partition(), suivant.getAsLong());
                    } else {
                        callback.seekToBeginning(place.topic(), place.partition());
                    }
                }
                Accuses.envoyer(producteur, registre); // dues depuis un arrêt entre l’enregistrement et l’envoi
            } catch (Exception erreur) {
                throw new IllegalStateException(erreur);
            }
        }
    }
}
