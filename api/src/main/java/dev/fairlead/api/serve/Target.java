package dev.fairlead.api.serve;

import dev.fairlead.api.ApiException;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import java.util.List;

/**
 * What a path of objects means: {@code /api/v1/namespaces/default/pods/web/log}.
 *
 * @param namespace empty for all namespaces, and for cluster-wide resources
 * @param name empty for the whole collection
 * @param subresource empty for the object itself; may go on behind a slash
 */
record Target(Resource resource, String namespace, String name, String subresource) {
    /** @param path behind group and version */
    static Target of(String group, String version, List<String> path) {
        boolean inNamespace = path.size() >= 3 && path.get(0).equals("namespaces") && !isOfNamespace(path);
        List<String> rest = inNamespace ? path.subList(2, path.size()) : path;
        if (rest.isEmpty()) {
            throw ApiException.noSuchPath();
        }
        Resource resource = Resources.find(group, version, rest.getFirst()).orElseThrow(ApiException::noSuchPath);
        if (inNamespace != resource.namespaced() && (inNamespace || rest.size() > 1)) {
            throw ApiException.noSuchPath();
        }
        return new Target(
                resource,
                inNamespace ? path.get(1) : "",
                rest.size() > 1 ? rest.get(1) : "",
                rest.size() > 2 ? String.join("/", rest.subList(2, rest.size())) : "");
    }

    /** {@code namespaces/web/status} is a subresource of the namespace, {@code namespaces/web/pods} a collection in it. */
    private static boolean isOfNamespace(List<String> path) {
        return path.size() == 3 && Resources.NAMESPACES.subresources().contains(path.get(2));
    }
}
