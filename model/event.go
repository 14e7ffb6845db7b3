package model

// Event is one event that the cluster reported of an object. Sources that can see events keep the newest of them in a
// bounded ring and satisfy EventSource; events are no records, since nothing is judged by them alone.
type Event struct {
	// Time is when it was last seen, in seconds since 1970.
	Time int64
	// Type is Normal or Warning.
	Type   string
	Reason string
	// Message is the cluster's own text. It is hostile until cleaned.
	Message string
	Object  Ref
	// Count is how often it was seen.
	Count int32
}

// EventSource is a source that sees events.
type EventSource interface {
	// Events gives the newest events, the oldest first, and how many older ones were let go.
	Events() (events []Event, dropped int)
}

// Locator is a source that was read from files and knows where things stand.
type Locator interface {
	// Locate gives the file and the line, from 1, of a field of an object; the line of the nearest parent where the
	// field is missing, and ok false where the object came from no file.
	Locate(ref Ref, path string) (file string, line int, ok bool)
}
