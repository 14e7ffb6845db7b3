package mask

import "canopy/model"

// Event masks what an Event tells where an inspector finds a credential in it: controllers quote what they were given. With the
// inspector nil nothing is looked at. Anything but an Event stays as it is.
func Event(o map[string]any, inspector model.Inspector) {
	if kind, _ := o["kind"].(string); kind != "Event" {
		return
	}
	for _, field := range []string{"message", "note"} {
		if text, ok := o[field].(string); ok {
			o[field] = Message(text, inspector)
		}
	}
}

// Message gives the text of an Event, or the mask where an inspector finds a credential in it.
func Message(text string, inspector model.Inspector) string {
	if inspector == nil || text == "" || len(inspector.Inspect("message", "message", text)) == 0 {
		return text
	}
	return Text
}
