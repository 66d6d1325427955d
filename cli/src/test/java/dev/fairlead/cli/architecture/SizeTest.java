package dev.fairlead.cli.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** What is too long to be read in one go is split, or says why it isn't. */
class SizeTest {
    private static final int LINES_OF_A_FILE = 500;
    private static final int LINES_THAT_WANT_A_REASON = 300;
    private static final String REASON = "Over " + LINES_THAT_WANT_A_REASON + " lines: ";
    private static final int LINES_OF_A_METHOD = 60;

    @Test
    void noFileIsLongerThan500Lines() {
        List<String> wrong = new ArrayList<>();
        for (Path file : Checkout.sources()) {
            if (lines(file) > LINES_OF_A_FILE) {
                wrong.add(Checkout.name(file) + " has " + lines(file) + " lines");
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** The reason stands in the file, in the words "Over 300 lines: …". A test may be a long list of cases. */
    @Test
    void aFileOfMoreThan300LinesSaysWhy() {
        List<String> wrong = new ArrayList<>();
        for (Path file : Checkout.sources()) {
            boolean says = Checkout.text(file).contains(REASON);
            if (!Checkout.isTest(file) && lines(file) > LINES_THAT_WANT_A_REASON && !says) {
                wrong.add(Checkout.name(file) + " has " + lines(file) + " lines and doesn't say '" + REASON + "…'");
            }
            if (!Checkout.isTest(file) && lines(file) <= LINES_THAT_WANT_A_REASON && says) {
                wrong.add(Checkout.name(file) + " has " + lines(file) + " lines and excuses itself for no reason");
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void noMethodIsLongerThan60Lines() throws IOException {
        List<Path> files = Checkout.sources().stream()
                .filter(file -> file.toString().endsWith(".java") && !Checkout.isTest(file))
                .toList();
        List<String> wrong = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask parsing = (JavacTask)
                    compiler.getTask(null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(parsing).getSourcePositions();
            for (CompilationUnitTree unit : parsing.parse()) {
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitMethod(MethodTree method, Void unused) {
                        long start = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, method));
                        long end = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, method));
                        if (end - start + 1 > LINES_OF_A_METHOD) {
                            wrong.add(unit.getSourceFile().getName() + ":" + start + " " + method.getName() + " has "
                                    + (end - start + 1) + " lines");
                        }
                        return super.visitMethod(method, unused);
                    }
                }.scan(unit, null);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static int lines(Path file) {
        return (int) Checkout.text(file).lines().count();
    }
}
