package dev.fairlead.cli.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.process.Exec;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.process.Spawn;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Who starts programs and who changes a thread's namespaces, class by class: at run time the kernel is spoken to directly,
 * and a namespace is entered only by a thread that ends.
 */
class ProgramsTest {
    /** Tools of the network that are for tests only. */
    private static final Pattern NETWORK_TOOL =
            Pattern.compile("\"(/[\\w/]*/)?(ip|nft|ip6?tables(-\\w+)?|conntrack|tc|bridge|brctl|ifconfig|ipset)\"");

    @Test
    void processesOfTheJdkAreStartedOnlyByPeoplesCommandsAndTests() {
        Predicate<JavaAccess<?>> start = access -> isOf(access, ProcessBuilder.class)
                || isOf(access, Runtime.class) && access.getName().equals("exec");
        assertThat(callers(start)).allMatch(name -> name.matches("dev\\.fairlead\\.(cli|testkit)\\..*"));
    }

    @Test
    void programsAreStartedOnlyWhereSomebodyNamedThem() {
        assertThat(callersOf(Spawn.class))
                .containsExactlyInAnyOrder(
                        "dev.fairlead.lab.demo.PodRows", // an orphan for pause to reap
                        "dev.fairlead.lab.node.HostProcess", // what a manifest names
                        "dev.fairlead.lab.node.RunningContainer", // what an exec or a probe names
                        "dev.fairlead.lab.node.AgentProcess", // the launcher, for --agents=process
                        "dev.fairlead.agent.NodePlugins", // CNI plugins: the lab's network, and the agent's IPAM
                        "dev.fairlead.lab.node.Sandbox"); // pause
        assertThat(callersOf(Exec.class)).containsExactly("dev.fairlead.cli.LabExecCommand"); // nsenter
    }

    @Test
    void noneOfThemNamesAToolOfTheNetwork() {
        for (String starter : callers(access -> isOf(access, Spawn.class) || isOf(access, Exec.class))) {
            String path = starter.split("\\.", -1)[2] + "/src/main/java/" + starter.replace('.', '/') + ".java";
            assertThat(NETWORK_TOOL.matcher(Checkout.text(path)).find())
                    .as(path)
                    .isFalse();
        }
    }

    @Test
    void namespacesAreEnteredOnlyByThreadsThatEnd() {
        assertThat(callers(
                        access -> isOf(access, Netns.class) && access.getName().equals("enter")))
                .as("Netns.enter, on a thread of one's own")
                .containsExactlyInAnyOrder(
                        "dev.fairlead.dataplane.LinkRemoval", "dev.fairlead.lab.workload.ClientLoading");
        assertThat(callersOf(Setup.Unshare.class))
                .containsExactlyInAnyOrder("dev.fairlead.lab.node.PodVolumes", "dev.fairlead.lab.node.Sandbox");
        assertThat(callersOf(Setup.Join.class))
                .containsExactlyInAnyOrder(
                        "dev.fairlead.agent.NodePlugins",
                        "dev.fairlead.lab.demo.PodRows",
                        "dev.fairlead.lab.node.AgentProcess",
                        "dev.fairlead.lab.node.RunningContainer",
                        "dev.fairlead.lab.node.Sandbox");
        assertThat(callers(access -> access.getTargetOwner().getName().startsWith(Setup.class.getName())
                        && access.getName().equals("apply")))
                .as("set-ups of the calling thread: a process's first thread mounts its own /run")
                .containsExactlyInAnyOrder(
                        "dev.fairlead.cli.BenchCommand", "dev.fairlead.cli.TrainCommand", "dev.fairlead.lab.LabHost");
    }

    private static boolean isOf(JavaAccess<?> access, Class<?> type) {
        return access.getTargetOwner().getName().equals(type.getName());
    }

    /** Who uses a type; top-level classes. The kernel's own room aside, and measurements, which are of other people's programs. */
    private static Set<String> callersOf(Class<?> type) {
        return callers(access -> isOf(access, type));
    }

    private static Set<String> callers(Predicate<JavaAccess<?>> wanted) {
        Set<String> callers = new TreeSet<>();
        for (JavaClass type : Checkout.CLASSES) {
            boolean aside = type.getPackageName().matches("dev\\.fairlead\\.(kernel|bench)(\\..*)?");
            if (!aside && type.getAccessesFromSelf().stream().anyMatch(wanted)) {
                callers.add(outermost(type).getName());
            }
        }
        return callers;
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ProgramsTest::outermost).orElse(type);
    }
}
