package dev.fairlead.testkit;

import dev.fairlead.kernel.netns.Netns;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** What {@link RealKernel} does. */
final class NamespaceExtension
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(RealKernel.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What one test has and what was there before it. */
    private record Watch(TestNamespaces namespaces, FdLeaks descriptors, HostSnapshot jvm) {}

    @Override
    public void beforeAll(ExtensionContext context) {
        TestNamespaces.assumePossible();
        Netns.prepareJavaSockets();
        context.getStore(STORE).put("host", HostSnapshot.capture());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        HostSnapshot host = context.getStore(STORE).remove("host", HostSnapshot.class);
        if (host != null) {
            host.assertUnchanged(PATIENCE);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(STORE)
                .put("watch", new Watch(new TestNamespaces(), FdLeaks.watch(), HostSnapshot.captureJvm()));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Watch watch = watch(context);
        watch.namespaces().close();
        watch.descriptors().assertNone();
        watch.jvm().assertUnchanged(PATIENCE);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestNamespaces.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return watch(context).namespaces();
    }

    private static Watch watch(ExtensionContext context) {
        return Objects.requireNonNull(context.getStore(STORE).get("watch", Watch.class), "set before each test");
    }
}
