package dev.fairlead.dns;

import dev.fairlead.packet.Ip;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * From question to answer: the cluster's zone and the way back from addresses, with authority (RFC 1034, 2308). Nobody is asked
 * about other names: those are refused, with the reason in an extended error (RFC 8914).
 */
public final class ClusterZone {
    /** What answers a UDP question gets that doesn't say how much it takes, RFC 1035 section 4.2.1. */
    private static final int SMALL = 512;
    /** What fits into the frames of any network, as DNS flag day 2020 has it. */
    private static final int LARGE = 1232;

    private static final int HEADER = 12;
    private static final Name IPV4 = Name.fromConstantString("in-addr.arpa.");
    private static final Name IPV6 = Name.fromConstantString("ip6.arpa.");

    private final Name zone;
    private final ZoneNames names;

    /** @param zone such as {@code cluster.local} @throws IllegalArgumentException when that is no name */
    public ClusterZone(String zone, NameSource source) {
        try {
            this.zone = Name.fromString(zone, Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("'" + zone + "' is not a name of the DNS: " + e.getMessage(), e);
        }
        this.names = new ZoneNames(this.zone, source);
    }

    /** By which transport a question came. */
    public enum Transport {
        UDP,
        TCP
    }

    /** @return empty for what isn't a question and gets no answer */
    public Optional<byte[]> answer(byte[] question, Transport transport) {
        if (question.length < HEADER || (question[2] & 0x80) != 0) { // too short, or an answer
            return Optional.empty();
        }
        Message asked;
        try {
            asked = new Message(question);
        } catch (IOException e) {
            return Optional.of(malformed(question));
        }
        Message answer = answer(asked);
        return Optional.of(answer.toWire(transport == Transport.TCP ? Message.MAXLENGTH : most(asked)));
    }

    private static int most(Message asked) {
        OPTRecord opt = asked.getOPT();
        return opt == null ? SMALL : Math.clamp(opt.getPayloadSize(), SMALL, LARGE);
    }

    private static byte[] malformed(byte[] question) {
        Header header = new Header((question[0] & 0xff) << 8 | question[1] & 0xff);
        header.setFlag(Flags.QR);
        header.setRcode(Rcode.FORMERR);
        Message answer = new Message();
        answer.setHeader(header);
        return answer.toWire();
    }

    private Message answer(Message asked) {
        Message answer = new Message(asked.getHeader().getID());
        Header header = answer.getHeader();
        header.setOpcode(asked.getHeader().getOpcode());
        header.setFlag(Flags.QR);
        if (asked.getHeader().getFlag(Flags.RD)) {
            header.setFlag(Flags.RD);
        }
        for (Record question : asked.getSection(Section.QUESTION)) {
            answer.addRecord(question, Section.QUESTION);
        }
        OPTRecord opt = asked.getOPT();
        ExtendedErrorCodeOption[] why = {};
        if (asked.getHeader().getOpcode() != Opcode.QUERY) {
            header.setRcode(Rcode.NOTIMP);
        } else if (asked.getSection(Section.QUESTION).size() != 1) {
            header.setRcode(Rcode.FORMERR);
        } else if (opt != null && opt.getVersion() > 0) {
            header.setRcode(Rcode.BADVERS & 0xf); // its upper bits are in the OPT record
        } else {
            why = find(asked.getQuestion(), answer);
        }
        if (opt != null) {
            int extended = opt.getVersion() > 0 ? Rcode.BADVERS >> 4 : 0;
            answer.addRecord(new OPTRecord(LARGE, extended, 0, 0, List.of(why)), Section.ADDITIONAL);
        }
        return answer;
    }

    /** @return why there is no answer, where that needs saying */
    private ExtendedErrorCodeOption[] find(Record question, Message answer) {
        Name name = question.getName();
        int type = question.getType();
        boolean ours = name.subdomain(zone);
        boolean back = name.subdomain(IPV4) || name.subdomain(IPV6);
        boolean copy = type == Type.AXFR || type == Type.IXFR;
        if (!ours && !back || question.getDClass() != DClass.IN || copy) {
            answer.getHeader().setRcode(Rcode.REFUSED);
            String reason = copy
                    ? "the zone is not given out as a whole"
                    : "there is no way out of this cluster: only names under " + zone + " are known here";
            return new ExtendedErrorCodeOption[] {
                new ExtendedErrorCodeOption(
                        copy ? ExtendedErrorCodeOption.PROHIBITED : ExtendedErrorCodeOption.NOT_AUTHORITATIVE, reason)
            };
        }
        answer.getHeader().setFlag(Flags.AA);
        Found found = ours ? names.find(name, type) : back(name, type);
        write(found, answer);
        if (found.records().size() == 1 && found.records().getFirst() instanceof CNAMERecord alias) {
            follow(alias.getTarget(), type, answer);
        }
        if (!found.exists()) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        if (found.records().isEmpty()) {
            Name above = ours ? zone : name.subdomain(IPV4) ? IPV4 : IPV6;
            answer.addRecord(names.authority(above), Section.AUTHORITY);
        }
        return new ExtendedErrorCodeOption[] {};
    }

    /** The target of an alias, if it is one of ours and no alias itself; the client asks for another. */
    private void follow(Name target, int type, Message answer) {
        if (target.subdomain(zone) && type != Type.CNAME && type != Type.ANY) {
            Found found = names.find(target, type);
            if (found.records().stream().noneMatch(CNAMERecord.class::isInstance)) {
                write(found, answer);
            }
        }
    }

    private static void write(Found found, Message answer) {
        found.records().forEach(record -> answer.addRecord(record, Section.ANSWER));
        found.more().forEach(record -> answer.addRecord(record, Section.ADDITIONAL));
    }

    private Found back(Name name, int type) {
        try {
            return names.reverse(name, Ip.of(ReverseMap.fromName(name)), type);
        } catch (UnknownHostException e) { // not a whole address
            return Found.NOTHING;
        }
    }

    @Override
    public String toString() {
        return zone.toString();
    }
}
