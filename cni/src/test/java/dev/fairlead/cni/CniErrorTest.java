package dev.fairlead.cni;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CniErrorTest {

    /** The example of SPEC.md section 5. */
    @Test
    void writesTheDocumentOfTheSpecification() {
        CniError error =
                new CniError("1.1.0", 7, "Invalid Configuration", "Network 192.168.0.0/31 too small to allocate from.");
        assertThat(Json.node(error.bytes())).isEqualTo(Json.node("""
                {
                  "cniVersion": "1.1.0",
                  "code": 7,
                  "msg": "Invalid Configuration",
                  "details": "Network 192.168.0.0/31 too small to allocate from."
                }"""));
        assertThat(CniError.parse(error.bytes())).contains(error);
    }

    @Test
    void leavesEmptyDetailsOut() {
        assertThat(new String(new CniError("0.4.0", 11, "busy", "").bytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"cniVersion\":\"0.4.0\",\"code\":11,\"msg\":\"busy\"}");
    }

    @Test
    void readsWhatForeignPluginsWrite() {
        assertThat(CniError.parse(Json.bytes("{'code':100,'msg':'m'}"))).contains(new CniError("", 100, "m", ""));
        assertThat(CniError.parse(Json.bytes("{'code':'x','msg':5}"))).contains(new CniError("", 0, "5", ""));
        assertThat(CniError.parse(Json.bytes("{'code':1e99,'msg':[]}"))).contains(new CniError("", 0, "", ""));
        for (String wrong : List.of("", "oops", "[]", "{'code':1")) {
            assertThat(CniError.parse(Json.bytes(wrong))).as(wrong).isEmpty();
        }
    }

    @Test
    void codesAreTheSpecifications() {
        assertThat(ErrorCode.values())
                .extracting(ErrorCode::number)
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 50, 51, 999);
        CniException e = CniException.unsupportedField("ipam.type", "weave\nnet", "use host-local");
        assertThat(e).hasMessage("'ipam.type' with value 'weave net' isn't supported; use host-local");
        assertThat(e.error("1.0.0"))
                .isEqualTo(new CniError(
                        "1.0.0", 2, "'ipam.type' with value 'weave net' isn't supported", "use host-local"));
    }

    @Test
    void foreignTextIsMadeFitForOneSentence() {
        assertThat(Quote.of("  a\n\tb\u0000c\ud800 ")).isEqualTo("a b?c?");
        assertThat(Quote.of("x".repeat(5000))).hasSize(Quote.LONGEST + 1).endsWith("…");
        assertThat(Quote.of("")).isEmpty();
    }
}
