import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;

/**
 * « Cette personne peut-elle entrer ? », demandé tout de suite à IMAG’IN. Arguments : ADRESSE NUMERO. Affiche `oui`,
 * `non` ou `on ne sait pas` (codes de retour 0, 1, 3). CLIENT et SECRET viennent de l’environnement.
 */
public final class Acces {
    private static final Duration DELAI = Duration.ofSeconds(5);
    private static final Duration MARGE = Duration.ofMinutes(1);
    private static final String PORTEE = "acces.verifier"; // rien de plus : un jeton volé n’ouvre que cela
    private static final Set<Integer> NE_SAIT_PAS = Set.of(429, 500, 502, 503, 504);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(DELAI).build();
    private final String adresse;
    private final String basic;
    private String jeton = "";
    private Instant fin = Instant.MIN;

    /** IMAG’IN ne sait pas, ou ne répond pas : gardez ce que vous saviez par le topic. Jamais un « oui ». */
    public static final class Inconnu extends Exception {
        private static final long serialVersionUID = 1;

        Inconnu(String raison) {
            super(raison);
        }
    }

    /** La demande est refusée : elle ne passera pas mieux telle quelle. */
    public static final class Refuse extends RuntimeException {
        private static final long serialVersionUID = 1;
        final int status;

        Refuse(int status) {
            super("refusé : " + status);
            this.status = status;
        }
    }

    public Acces(String adresse, String client, String secret) {
        this.adresse = adresse.replaceAll("/$", "");
        String identite = encode(client) + ":" + encode(secret); // RFC 6749, 2.3.1
        this.basic = "Basic " + Base64.getEncoder().encodeToString(identite.getBytes(StandardCharsets.UTF_8));
    }

    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2) {
            System.err.println("usage : Acces ADRESSE NUMERO");
            System.exit(2); // jamais 1, qui est « non »
        }
        Acces acces = new Acces(args[0], Reglages.lire("CLIENT", ""), Reglages.lire("SECRET", ""));
        int code;
        try {
            boolean oui = acces.peutEntrer(args[1]);
            System.out.println(oui ? "oui" : "non");
            code = oui ? 0 : 1;
        } catch (Inconnu inconnu) {
            System.out.println("on ne sait pas");
            System.err.println(inconnu.getMessage());
            code = 3;
        } catch (Refuse refuse) {
            System.err.println(refuse.getMessage());
            code = 2;
        }
        System.exit(code);
    }

    /** Vrai quand au moins un droit ouvre aujourd’hui. */
    public synchronized boolean peutEntrer(String numero) throws Inconnu, InterruptedException {
        String chemin = "/acces/" + encode(numero);
        try {
            return autorise(lire(chemin));
        } catch (Refuse refuse) {
            if (refuse.status != 401) {
                throw refuse;
            }
        }
        fin = Instant.MIN; // le jeton ne vaut plus rien : un autre, une fois
        return autorise(lire(chemin));
    }

    private static boolean autorise(JsonNode recu) throws Inconnu {
        return lu(recu, recu.path("autorise").isBoolean()).path("autorise").booleanValue();
    }

    /** Un mandataire peut répondre 200 à la place d’IMAG’IN. */
    private static JsonNode lu(JsonNode recu, boolean bienForme) throws Inconnu {
        if (!bienForme) {
            throw new Inconnu("ce qui répond n’est pas IMAG’IN");
        }
        return recu;
    }

    private JsonNode lire(String chemin) throws Inconnu, InterruptedException {
        if (Instant.now().isAfter(fin)) {
            JsonNode recu = demander(HttpRequest.newBuilder(URI.create(adresse + "/oauth/jeton"))
                    .header("Authorization", basic)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString("grant_type=client_credentials&scope=" + PORTEE)));
            jeton = lu(recu, recu.path("expires_in").isInt()).path("access_token").asText();
            fin = Instant.now().plusSeconds(recu.path("expires_in").asLong()).minus(MARGE);
        }
        return demander(HttpRequest.newBuilder(URI.create(adresse + chemin)).header("Authorization", "Bearer " + jeton));
    }

    private JsonNode demander(HttpRequest.Builder demande) throws Inconnu, InterruptedException {
        try {
            var reponse = http.send(demande.timeout(DELAI).build(), BodyHandlers.ofString());
            if (NE_SAIT_PAS.contains(reponse.statusCode())) { // 429 et 503 disent par Retry-After quand redemander
                throw new Inconnu("IMAG’IN répond " + reponse.statusCode());
            }
            if (reponse.statusCode() != 200) {
                throw new Refuse(reponse.statusCode());
            }
            return JSON.readTree(reponse.body());
        } catch (IOException erreur) {
            throw new Inconnu("IMAG’IN ne répond pas : " + erreur.getClass().getSimpleName());
        }
    }

    private static String encode(String texte) {
        return URLEncoder.encode(texte, StandardCharsets.UTF_8);
    }
}
