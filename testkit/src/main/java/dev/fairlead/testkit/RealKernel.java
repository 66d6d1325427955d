package dev.fairlead.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test class that works on the real kernel, in namespaces of its own. Test methods may take a {@link TestNamespaces};
 * it is closed after them. Where namespaces can't be made the tests are skipped with the reason. After each method nothing
 * of this JVM may be left (descriptors, threads in a foreign namespace, child processes), and after the class the host is as
 * before.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NamespaceExtension.class)
public @interface RealKernel {}
