package dev.fairlead.cli;

import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.lab.kubeconfig.UserKubeconfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab kubeconfig}: where kubectl finds the lab's API. The file is the lab's own and goes with it. */
record LabKubeconfigCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return named("kubeconfig", "Print the path of the kubeconfig with which kubectl reaches the lab.")
                .addOption(LabCommand.nameOption())
                .addOption(OptionSpec.builder("--merge")
                        .description("Make the lab a context of your own kubeconfig instead, until lab down.")
                        .build());
    }

    @Override
    public int run(ParseResult parsed) {
        LabName lab = LabCommand.name(parsed);
        if (parsed.hasMatchedOption("--merge")) {
            String file = UserKubeconfig.of(System.getenv()).file().toString();
            LabCaller.ask(lab, LabCaller.request("context").put("file", file));
            terminal.out().println("kubectl's context is fairlead-" + lab + " now, in " + file);
            return 0;
        }
        String path =
                LabCaller.ask(lab, LabCaller.request("kubeconfig")).path("path").asText();
        terminal.out()
                .println("/proc/" + LabCaller.pid(lab) + "/root" + path); // proc(5): the lab's own view of its files
        return 0;
    }
}
