import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;

/**
 * Vérifie un jeton d’IMAG’IN par ses clés publiques, sans le lui demander. Arguments : ADRESSE PORTEE ; le jeton par
 * l’entrée. Affiche le client (`sub`) quand le jeton vaut pour cette portée ; sinon une phrase et le code de retour 1.
 */
public final class VerifierJeton {
    private static final String EMETTEUR = "santorin-bridge";
    private final JwtConsumer lecteur;

    /** jose4j garde les clés, et les relit quand un jeton en nomme une inconnue : elles changent sans préavis. */
    public VerifierJeton(String adresse) {
        HttpsJwks cles = new HttpsJwks(adresse.replaceAll("/$", "") + "/.well-known/jwks.json");
        cles.setRefreshReprieveThreshold(10_000); // un `kid` inventé ne doit pas nous les faire relire sans cesse
        lecteur = new JwtConsumerBuilder()
                .setVerificationKeyResolver(new HttpsJwksVerificationKeyResolver(cles))
                .setJwsAlgorithmConstraints(
                        new AlgorithmConstraints(ConstraintType.PERMIT, AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256))
                .setExpectedIssuer(EMETTEUR)
                .setExpectedAudience(EMETTEUR)
                .setRequireSubject()
                .setRequireExpirationTime()
                .setAllowedClockSkewInSeconds(30)
                .build();
    }

    public static void main(String[] args) throws Exception {
        String jeton = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            System.out.println(new VerifierJeton(args[0]).client(jeton, args[1]));
        } catch (InvalidJwtException | MalformedClaimException refus) {
            System.err.println("jeton refusé : " + refus.getClass().getSimpleName());
            System.exit(1);
        } catch (SecurityException portee) {
            System.err.println("jeton refusé : " + portee.getMessage());
            System.exit(1);
        }
    }

    /** Le client à qui le jeton a été donné. */
    public String client(String jeton, String portee) throws InvalidJwtException, MalformedClaimException {
        JwtClaims dits = lecteur.processToClaims(jeton);
        String portees = dits.hasClaim("scope") ? dits.getStringClaimValue("scope") : "";
        if (!List.of(portees.split(" ")).contains(portee)) {
            throw new SecurityException("il n’a pas la portée " + portee);
        }
        return dits.getSubject();
    }
}
