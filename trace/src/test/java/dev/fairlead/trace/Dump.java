package dev.fairlead.trace;

/** A prediction with every field, a hop a paragraph. */
final class Dump {
    private Dump() {}

    static String of(Prediction prediction) {
        StringBuilder text = new StringBuilder();
        text.append(prediction.outcome())
                .append(' ')
                .append(prediction.reason())
                .append('\n');
        text.append("choices ").append(prediction.choices()).append('\n');
        text.append("there\n");
        prediction.request().forEach(hop -> append(text, hop));
        text.append("back\n");
        prediction.reply().forEach(hop -> append(text, hop));
        return text.toString();
    }

    private static void append(StringBuilder text, Hop hop) {
        text.append("  ").append(hop.event()).append(" [").append(hop.place()).append("] ");
        text.append(hop.device()).append("  ").append(hop.before());
        if (!hop.before().equals(hop.after())) {
            text.append("  =>  ").append(hop.after());
        }
        text.append("  ").append(hop.objects()).append('\n');
        text.append("      ").append(hop.text()).append('\n');
        hop.details().forEach(detail -> text.append("      | ").append(detail).append('\n'));
    }
}
