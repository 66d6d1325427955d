package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.Story;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same stories, told to one lab by every kubectl that the machine has, by the official Java client and by fabric8's. Each
 * is a file of {@code stories/} that reads like a terminal; a story leaves nothing for the next teller to find.
 */
class StoriesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> STORIES = List.of("kinds", "objects", "refusals", "workloads");
    private static final String START = """
            apiVersion: v1
            kind: Pod
            metadata: {name: asker, labels: {app: web}}
            spec:
              containers: [{name: shell, image: host, command: [sleep, "1000000"]}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            """;

    @TempDir
    static Path home;

    private static TestLab lab;

    /** Says what an exchange is answered. */
    @FunctionalInterface
    private interface Teller {
        String tell(Story.Exchange exchange) throws Exception;
    }

    @BeforeAll
    static void start() {
        lab = TestLab.up(START);
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            lab.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyKubectl() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String program : Kubectl.installed()) {
            Kubectl kubectl = Kubectl.of(program, lab, home);
            List<String> stories = new ArrayList<>(kubectl.minor() < 30 ? without("workloads") : STORIES);
            stories.add("verbs"); // which only kubectl has
            for (String story : stories) {
                tests.add(DynamicTest.dynamicTest(
                        Path.of(program).getFileName() + " " + story,
                        () -> tell(program, story, exchange -> typed(kubectl, exchange))));
            }
        }
        return tests.stream();
    }

    /** A kubectl that can't exec here is told so, which is another story. */
    private static List<String> without(String story) {
        return STORIES.stream().filter(name -> !name.equals(story)).toList();
    }

    private static String typed(Kubectl kubectl, Story.Exchange exchange) {
        Map<String, String> environment = new HashMap<>(kubectl.environment());
        environment.put("KUBE_EDITOR", "sed -i 's/^  annotations:$/&\\n    edited: by-hand/'");
        Ran ran = Ran.program(
                environment,
                exchange.stdin(),
                List.of("sh", "-c", "exec \"$0\" " + exchange.command() + " 2>&1", kubectl.program()));
        return ran.out().replaceAll("(?m)^(Warning: .*|No resources found.*)\n", "");
    }

    /** All groups come with two answers; a kubectl that were told nothing it can read would ask for each. */
    @TestFactory
    Stream<DynamicTest> everyKubectlLearnsOfAllKindsAtOnce() {
        return Kubectl.installed().stream()
                .map(program ->
                        DynamicTest.dynamicTest(Path.of(program).getFileName().toString(), () -> {
                            Path fresh = java.nio.file.Files.createTempDirectory(home, "fresh");
                            Ran ran = Kubectl.of(program, lab, fresh).run("api-resources", "-v=8");
                            assertThat(ran.ok()).contains("deployments", "networkpolicies", "selfsubjectreviews");
                            assertThat(ran.err())
                                    .contains("/apis?timeout", "APIGroupDiscoveryList")
                                    .doesNotContain("/apis/apps/v1");
                        }));
    }

    @TestFactory
    Stream<DynamicTest> theOfficialJavaClient() {
        return STORIES.stream()
                .map(story -> DynamicTest.dynamicTest(story, () -> {
                    try (Witness witness = new OfficialWitness(kubeconfig())) {
                        tell("client-java", story, new StoryTeller(witness)::tell);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> fabric8() {
        return STORIES.stream()
                .map(story -> DynamicTest.dynamicTest(story, () -> {
                    try (Witness witness = new Fabric8Witness(kubeconfig())) {
                        tell("fabric8", story, new StoryTeller(witness)::tell);
                    }
                }));
    }

    private static String kubeconfig() throws java.io.IOException {
        return java.nio.file.Files.readString(Path.of(lab.lab("kubeconfig").ok().strip()));
    }

    private static String answer(Teller teller, Story.Exchange exchange) {
        try {
            return teller.tell(exchange);
        } catch (Exception e) {
            throw new AssertionError("kubectl " + exchange.command(), e);
        }
    }

    private static void tell(String who, String story, Teller teller) {
        Story told = Story.read(StoriesTest.class, "stories/" + story + ".txt");
        assertThat(told.exchanges()).hasSizeGreaterThan(5);
        try {
            for (Story.Exchange exchange : told.exchanges()) {
                // A container is ready before what it prints has been read.
                if (exchange.command().startsWith("logs ")) {
                    Poll.until(PATIENCE, () -> !answer(teller, exchange).isBlank(), () -> "nothing was printed");
                }
                exchange.check(who, answer(teller, exchange));
            }
        } catch (AssertionError e) { // the next teller is to find nothing of it
            Kubectl.installed().stream()
                    .findFirst()
                    .ifPresent(program -> Kubectl.of(program, lab, home)
                            .run(
                                    "delete",
                                    "--ignore-not-found",
                                    "namespace/story",
                                    "namespace/shop",
                                    "service/fixed",
                                    "deployment/verbs",
                                    "service/verbs",
                                    "pod/alone"));
            throw e;
        }
    }
}
