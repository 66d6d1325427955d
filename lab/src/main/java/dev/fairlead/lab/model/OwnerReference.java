package dev.fairlead.lab.model;

/** The controller that made an object, and with which the object goes ({@code metadata.ownerReferences}). */
public record OwnerReference(Kind kind, String name, String uid) {}
