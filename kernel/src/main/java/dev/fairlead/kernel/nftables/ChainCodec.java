package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import java.util.ArrayList;
import java.util.List;

/** {@code enum nft_chain_attributes}, {@code enum nft_hook_attributes}. */
final class ChainCodec {
    static final int NFTA_CHAIN_TABLE = 1;
    static final int NFTA_CHAIN_HANDLE = 2;
    static final int NFTA_CHAIN_NAME = 3;
    static final int NFTA_CHAIN_HOOK = 4;
    static final int NFTA_CHAIN_POLICY = 5;
    static final int NFTA_CHAIN_TYPE = 7;
    static final int NFTA_CHAIN_USERDATA = 12;
    static final int NFTA_HOOK_HOOKNUM = 1;
    static final int NFTA_HOOK_PRIORITY = 2;
    static final int NFTA_HOOK_DEV = 3;
    static final int NFTA_HOOK_DEVS = 4;
    private static final int NFTA_DEVICE_NAME = 1;

    private ChainCodec() {}

    static void encode(Encoder out, Chain chain) {
        encodeName(out, chain);
        Hook hook = chain.hook();
        if (!hook.isNone()) {
            out.attributeString(NFTA_CHAIN_TYPE, hook.type()).attributeBe32(NFTA_CHAIN_POLICY, hook.drop() ? 0 : 1);
            out.nested(NFTA_CHAIN_HOOK, nest -> encodeHook(nest, hook, chain.family()));
        }
        if (!chain.comment().isEmpty()) {
            out.attribute(NFTA_CHAIN_USERDATA, Userdata.comment(chain.comment()));
        }
    }

    static void encodeName(Encoder out, Chain chain) {
        out.attributeString(NFTA_CHAIN_TABLE, chain.table()).attributeString(NFTA_CHAIN_NAME, chain.name());
    }

    private static void encodeHook(Encoder out, Hook hook, TableFamily family) {
        out.attributeBe32(NFTA_HOOK_HOOKNUM, hook.number(family)).attributeBe32(NFTA_HOOK_PRIORITY, hook.priority());
        if (hook.devices().size() == 1) {
            out.attributeString(NFTA_HOOK_DEV, hook.devices().getFirst());
        } else if (!hook.devices().isEmpty()) {
            out.nested(NFTA_HOOK_DEVS, devices -> {
                for (String device : hook.devices()) {
                    devices.attributeString(NFTA_DEVICE_NAME, device);
                }
            });
        }
    }

    static Chain decode(Message message) {
        TableFamily family = Wire.family(message);
        Attributes in = Wire.attributes(message);
        return new Chain(
                family,
                TableCodec.name(in, NFTA_CHAIN_TABLE, "NFTA_CHAIN_TABLE"),
                TableCodec.name(in, NFTA_CHAIN_NAME, "NFTA_CHAIN_NAME"),
                in.find(NFTA_CHAIN_HOOK)
                        .map(a -> decodeHook(in, a.nested(), family))
                        .orElse(Hook.NONE),
                Userdata.comment(in.find(NFTA_CHAIN_USERDATA), Userdata.COMMENT),
                in.find(NFTA_CHAIN_HANDLE).map(Attribute::be64).orElse(0L));
    }

    private static Hook decodeHook(Attributes chain, Attributes in, TableFamily family) {
        List<String> devices = new ArrayList<>();
        in.find(NFTA_HOOK_DEVS).ifPresent(list -> list.nested().forEach(a -> devices.add(a.string())));
        if (devices.isEmpty()) { // a single one is said both ways
            in.find(NFTA_HOOK_DEV).ifPresent(a -> devices.add(a.string()));
        }
        int number = in.find(NFTA_HOOK_HOOKNUM).map(a -> (int) a.be32()).orElse(0);
        return new Hook(
                chain.find(NFTA_CHAIN_TYPE).map(Attribute::string).orElse("filter"),
                Hook.point(family, number),
                in.find(NFTA_HOOK_PRIORITY).map(a -> (int) a.be32()).orElse(0),
                chain.find(NFTA_CHAIN_POLICY).map(a -> a.be32() == 0).orElse(false),
                devices);
    }
}
