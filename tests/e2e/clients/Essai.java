import fr.imagin.convocation.api.MissionsApi;
import fr.imagin.convocation.modele.ListerMissionsReponse;
import fr.imagin.droits.ApiClient;
import fr.imagin.droits.ApiException;
import fr.imagin.droits.api.HabilitationsApi;
import fr.imagin.droits.api.JetonsApi;
import fr.imagin.droits.modele.Acces;
import fr.imagin.droits.modele.Probleme;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** What an integrator does with the generated clients: a token, a check, a list with pages, refusals as problems. */
public final class Essai {
    public static void main(String[] given) throws Exception {
        String droits = given[0], convocation = given[1], client = given[2], secret = given[3], jeton = given[4];
        String numero = given[5];
        ApiClient basic = new ApiClient();
        basic.updateBaseUri(droits);
        String pair = Base64.getEncoder().encodeToString((client + ":" + secret).getBytes(StandardCharsets.UTF_8));
        basic.setRequestInterceptor(request -> request.header("Authorization", "Basic " + pair));
        String token = new JetonsApi(basic).demanderJeton("client_credentials", null, null, null).getAccessToken();

        ApiClient bearer = new ApiClient();
        bearer.updateBaseUri(droits);
        bearer.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        HabilitationsApi rights = new HabilitationsApi(bearer);
        Acces acces = rights.verifierAcces(numero, null, null);
        int all = rights.listerHabilitationsDePersonne(numero).getHabilitations().size();
        System.out.println("acces " + acces.getHabilitations().size() + " " + all + " "
            + acces.getHabilitations().get(0).getMission().getSession());
        System.out.println("inconnu " + rights.verifierAcces("INCONNU1", null, null).getAutorise());

        fr.imagin.convocation.ApiClient bureau = new fr.imagin.convocation.ApiClient();
        bureau.updateBaseUri(convocation);
        bureau.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + jeton));
        MissionsApi missions = new MissionsApi(bureau);
        Set<UUID> seen = new HashSet<>();
        int page = 0, total;
        do {
            ListerMissionsReponse answer = missions.listerMissions(null, null, null, ++page, 5);
            answer.getMissions().forEach(one -> seen.add(one.getMissionId()));
            total = answer.getTotal();
        } while (page * 5 < total);
        System.out.println("missions " + seen.size() + " " + total + " " + page);

        try {
            ApiClient nobody = new ApiClient();
            nobody.updateBaseUri(droits);
            new HabilitationsApi(nobody).verifierAcces(numero, null, null);
        } catch (ApiException refused) {
            Probleme told = bearer.getObjectMapper().readValue(refused.getResponseBody(), Probleme.class);
            System.out.println(told.getStatus() + " " + told.getCode() + " " + told.getType().getFragment() + " " + told.getTitle());
        }
        try {
            missions.lireMission(new UUID(0, 7));
        } catch (fr.imagin.convocation.ApiException refused) {
            Probleme told = bearer.getObjectMapper().readValue(refused.getResponseBody(), Probleme.class);
            System.out.println(told.getStatus() + " " + told.getCode() + " " + told.getType().getFragment() + " " + told.getTitle());
        }
    }
}
