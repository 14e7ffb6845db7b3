package mask

import "canopy/model"

// Message gives the text of an Event without what opens doors in its addresses, or the mask where an inspector finds a credential in it:
// controllers quote what they were given. With the inspector nil nobody looks for any.
func Message(text string, inspector model.Inspector) string {
	return looker{inspector: inspector}.text("message", text)
}
