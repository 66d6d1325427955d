package dev.fairlead.cli;

import dev.fairlead.lab.Lab;
import dev.fairlead.lab.LabHost;
import dev.fairlead.lab.LabSettings;
import dev.fairlead.lab.door.LabFiles;
import dev.fairlead.lab.door.LabName;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab start}: brings a lab back that was stopped, or whose process was killed. */
record LabStartCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return named("start", "Bring a stopped lab back: the same objects, nodes and credentials.")
                .addOption(LabCommand.nameOption())
                .addPositional(LabCommand.nameOperand());
    }

    @Override
    public int run(ParseResult parsed) {
        Lab.prepare();
        long start = System.nanoTime();
        LabName name = LabCommand.operandOrName(parsed);
        LabCommand.requireDown(name);
        LabFiles files = LabFiles.of(name, System.getenv());
        LabHost host = LabHost.resume(LabSettings.read(files).options(files, Launch.home()), Launch.labEnvironment());
        return new LabUpCommand(terminal).stay(host, Optional.empty(), start);
    }
}
