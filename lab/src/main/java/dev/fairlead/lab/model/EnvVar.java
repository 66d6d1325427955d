package dev.fairlead.lab.model;

/** An environment variable of a container; the value may contain {@code $(OTHER)}. */
public record EnvVar(String name, String value) {}
