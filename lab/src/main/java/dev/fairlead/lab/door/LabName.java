package dev.fairlead.lab.door;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The name of a lab and the socket name that follows from it. Labs of one name and different users don't meet.
 *
 * @param name 1 to 40 lower-case letters, digits and dashes
 */
public record LabName(String name) {
    public static final String DEFAULT = "lab";

    /** Whether a lab may be called so. */
    public static boolean isOne(String name) {
        try {
            return new LabName(name).name().equals(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    public LabName {
        if (name.isEmpty() || name.length() > 40) {
            throw new IllegalArgumentException(
                    "a lab's name has 1 to 40 characters; '" + name + "' has " + name.length());
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
                throw new IllegalArgumentException(
                        "a lab's name has lower-case letters, digits and dashes only; '" + name + "' has '" + c + "'");
            }
        }
    }

    /**
     * The abstract name of its door.
     *
     * @param uid the owner as the host counts users
     */
    public String socket(long uid) {
        return socketPrefix(uid) + name;
    }

    private static String socketPrefix(long uid) {
        return "@fairlead/" + uid + "/";
    }

    /** The user of this process, as the host counts users when this process isn't in a user namespace. */
    public static long ownUid() {
        try {
            return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
        } catch (IOException e) {
            throw new UncheckedIOException("could not find out which user this is", e);
        }
    }

    /** Asked inside a lab's namespaces, the user outside: the one that its user 0 stands for, {@code user_namespaces(7)}. */
    public static long ownerUid() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/uid_map"))) {
                String[] inside = line.strip().split(" +", -1);
                if (Long.parseLong(inside[0]) == 0) {
                    return Long.parseLong(inside[1]);
                }
            }
            return ownUid();
        } catch (IOException e) {
            throw new UncheckedIOException("could not find out which user this lab belongs to", e);
        }
    }

    /** Labs of a user that run now, from the kernel's list of unix sockets. */
    public static List<LabName> running(long uid) {
        TreeSet<String> names = new TreeSet<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/net/unix"))) {
                int at = line.indexOf(' ' + socketPrefix(uid));
                boolean listening = line.contains(" 00010000 "); // __SO_ACCEPTCON
                if (at >= 0 && listening) {
                    names.add(line.substring(at + 1 + socketPrefix(uid).length()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not list the running labs", e);
        }
        List<LabName> labs = new ArrayList<>();
        for (String name : names) {
            labs.add(new LabName(name));
        }
        return labs;
    }

    @Override
    public String toString() {
        return name;
    }
}
