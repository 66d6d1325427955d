package dev.fairlead.dns;

import java.util.List;
import org.xbill.DNS.Record;

/**
 * What a name stands for.
 *
 * @param exists false for a name that isn't there (NXDOMAIN); true without records for one that has none of the wanted type
 * @param more for the additional section
 */
record Found(boolean exists, List<Record> records, List<Record> more) {
    static final Found NOTHING = new Found(false, List.of(), List.of());
    static final Found EMPTY = new Found(true, List.of(), List.of());

    Found {
        records = List.copyOf(records);
        more = List.copyOf(more);
    }

    static Found of(List<Record> records) {
        return new Found(true, records, List.of());
    }
}
