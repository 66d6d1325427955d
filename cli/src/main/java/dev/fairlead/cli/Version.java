package dev.fairlead.cli;

/** The version that is printed; a test keeps it equal to the one in {@code pom.xml}. */
final class Version {
    // A constant and not a filtered resource, since reading one costs milliseconds of every start.
    static final String NUMBER = "0.1.0";

    private Version() {}

    /** For example {@code fairlead 0.1.0 (Java 25.0.3, Linux 6.18.44, amd64)}. */
    static String line() {
        return "fairlead " + NUMBER + " (Java " + System.getProperty("java.version") + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch") + ")";
    }
}
