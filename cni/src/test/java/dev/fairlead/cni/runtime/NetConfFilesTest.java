package dev.fairlead.cni.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.protocol.PluginConf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetConfFilesTest {
    @TempDir
    Path directory;

    private Path file(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text.replace('\'', '"'));
    }

    private static String list(String name, String... types) {
        StringBuilder plugins = new StringBuilder();
        for (String type : types) {
            plugins.append(plugins.isEmpty() ? "" : ",")
                    .append("{'type':'")
                    .append(type)
                    .append("'}");
        }
        return "{'cniVersion':'1.0.0','name':'" + name + "','plugins':[" + plugins + "]}";
    }

    private static Object[] types(NetConfList list) {
        return list.plugins().stream().map(PluginConf::type).toArray();
    }

    @Test
    void theFirstFileByNameWins() throws IOException {
        file("20-b.conflist", list("b", "x"));
        file("10-a.conf", "{'cniVersion':'0.3.1','name':'a','type':'y'}");
        file("05-c.conflist.tmp", "{half");
        file("01-d.txt", "text");
        Files.createDirectory(directory.resolve("00.conflist"));
        assertThat(NetConfFiles.first(directory).name()).isEqualTo("a");
        file("05-z.json", "{'cniVersion':'0.3.1','name':'z','type':'y'}");
        assertThat(NetConfFiles.first(directory).name()).isEqualTo("z");
    }

    @Test
    void aDamagedFirstFileIsNotPassedOver() throws IOException {
        file("20-b.conflist", list("b", "x"));
        Path damaged = file("10-a.conflist", "{'name':\n 'a',,}");
        assertThatThrownBy(() -> NetConfFiles.first(directory))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(damaged + ", line 2, column ");
    }

    @Test
    void byNameListsComeBeforeSinglePlugins() throws IOException {
        file("10-a.conf", "{'cniVersion':'0.3.1','name':'net','type':'single'}");
        file("20-b.conflist", list("net", "first"));
        file("30-c.conflist", list("net", "second"));
        file("40-d.json", "{'cniVersion':'0.3.1','name':'lone','type':'lone'}");
        assertThat(types(NetConfFiles.named(directory, "net"))).containsExactly("first");
        assertThat(types(NetConfFiles.named(directory, "lone"))).containsExactly("lone");
        assertThatThrownBy(() -> NetConfFiles.named(directory, "other"))
                .isInstanceOf(CniException.class)
                .hasMessage("no network configuration in " + directory
                        + " has the name 'other'; looked into 4 files ending in .conflist, .conf or .json");
    }

    @Test
    void anEmptyOrMissingDirectoryIsSaid() {
        assertThatThrownBy(() -> NetConfFiles.first(directory)).hasMessageContaining(directory + " has no network");
        assertThatThrownBy(() -> NetConfFiles.first(directory.resolve("no")))
                .hasMessageContaining("has no network configuration");
    }

    @Test
    void pluginsOfTheFolderBesideItAreAppended() throws IOException {
        Path conf = file("10.conflist", list("net", "inline"));
        file("net/20-b.conf", "{'type':'b'}");
        file("net/10-a.conf", "{'type':'a','name':'ignored'}");
        file("net/30-c.json", "{'type':'not-a-conf'}");
        file("other/10-x.conf", "{'type':'x'}");
        assertThat(types(NetConfFiles.load(conf))).containsExactly("inline", "a", "b");
        file("10.conflist", "{'cniVersion':'1.0.0','name':'net'}");
        assertThat(types(NetConfFiles.load(conf))).containsExactly("a", "b");
        file(
                "10.conflist",
                "{'cniVersion':'1.0.0','name':'net','loadOnlyInlinedPlugins':true,'plugins':[{'type':'i'}]}");
        assertThat(types(NetConfFiles.load(conf))).containsExactly("i");
    }

    @Test
    void aDamagedPluginOfTheFolderNamesItsOwnFile() throws IOException {
        Path conf = file("10.conflist", list("net", "inline"));
        Path plugin = file("net/20-b.conf", "{\n  'mtu': 1500,\n  'type': 7}");
        assertThatThrownBy(() -> NetConfFiles.load(conf))
                .hasMessage(plugin + ", line 3, column 11: type should be a string, is 7");
    }

    @Test
    void withoutAnyPluginItIsRefused() throws IOException {
        Path conf = file("10.conflist", "{'cniVersion':'1.0.0','name':'net'}");
        assertThatThrownBy(() -> NetConfFiles.load(conf))
                .hasMessage(
                        conf + ": plugins is missing, and " + directory.resolve("net") + " has no .conf file either");
    }

    /** The name makes a path: it is checked before it is used as one. */
    @Test
    void aNameCannotLeaveTheDirectory() throws IOException {
        Path conf = file("10.conflist", "{'cniVersion':'1.0.0','name':'../../etc'}");
        assertThatThrownBy(() -> NetConfFiles.load(conf))
                .hasMessage(conf + ", line 1, column 30: name should start with a letter or digit");
    }

    @Test
    void eachSentenceNamesFileAndPlaceAndField() throws IOException {
        Path conf = file("10.conflist", "not JSON");
        assertThatThrownBy(() -> NetConfFiles.load(conf)).isInstanceOfSatisfying(ConfigException.class, e -> {
            assertThat(e.source()).contains(conf.toString());
            assertThat(e.line()).isEqualTo(1);
            assertThat(e).hasMessageStartingWith(conf + ", line 1, column 1: isn't JSON that can be used: ");
        });
        file(
                "10.conflist",
                "{'cniVersion':'1.0.0',\n 'name':'n',\n 'plugins':[{'type':'a'},\n  {'type':'b','capabilities':{'x':'y'}}]}");
        assertThatThrownBy(() -> NetConfFiles.load(conf))
                .hasMessage(conf
                        + ", line 4, column 35: plugins[1].capabilities.x should be true or false, is the string 'y'");
        file("10.conflist", "");
        assertThatThrownBy(() -> NetConfFiles.load(conf))
                .hasMessage(conf + ", line 1, column 1: is empty and should be JSON");
        Files.write(conf, new byte[CniJson.MAX_BYTES + 10]);
        assertThatThrownBy(() -> NetConfFiles.load(conf)).hasMessageContaining(conf + ": is longer than 4194304 bytes");
        Files.delete(conf);
        assertThatThrownBy(() -> NetConfFiles.load(conf))
                .isInstanceOfSatisfying(
                        CniException.class, e -> assertThat(e.code()).isEqualTo(5))
                .hasMessage(conf + " can't be read; there is no such file");
        Files.createDirectory(conf);
        assertThatThrownBy(() -> NetConfFiles.load(conf)).hasMessageStartingWith(conf + " can't be read");
    }
}
