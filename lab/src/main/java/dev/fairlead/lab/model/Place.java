package dev.fairlead.lab.model;

/** Where in the user's files a refused object stands. */
record Place(String source, LabObject object) {

    ManifestException refuse(String field, String problem) {
        return new ManifestException(new Finding(source, object.title(), field, problem));
    }
}
