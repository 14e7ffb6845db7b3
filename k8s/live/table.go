package live

import (
	"encoding/json"
	"fmt"
	"io"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"canopy/model/record"
)

// table is what a server answers for Secrets: a Table of meta.k8s.io/v1, or a PartialObjectMetadata or a list of them. It
// has no field into which a value of a Secret could be decoded.
type table struct {
	Kind              string          `json:"kind"`
	Metadata          metav1.ListMeta `json:"metadata"`
	ColumnDefinitions []struct {
		Name string `json:"name"`
	} `json:"columnDefinitions"`
	Rows []struct {
		Cells  []any                        `json:"cells"`
		Object metav1.PartialObjectMetadata `json:"object"`
	} `json:"rows"`
	Items []metav1.PartialObjectMetadata `json:"items"`
}

// columns remembers where the type and the number of keys stand: a watch describes its columns in its first event only.
type columns struct {
	known            bool
	secretType, data int
}

func (c *columns) learn(t *table) {
	if len(t.ColumnDefinitions) == 0 {
		return
	}
	*c = columns{known: true, secretType: -1, data: -1}
	for i, d := range t.ColumnDefinitions {
		switch d.Name {
		case "Type":
			c.secretType = i
		case "Data":
			c.data = i
		}
	}
}

// read gives the type, "" where it is not told, and the number of keys, -1 where it is not.
func (c *columns) read(cells []any) (secretType string, keys int) {
	keys = -1
	if !c.known {
		return "", keys
	}
	if c.secretType >= 0 && c.secretType < len(cells) {
		secretType, _ = cells[c.secretType].(string)
	}
	if c.data >= 0 && c.data < len(cells) {
		if n, ok := cells[c.data].(float64); ok {
			keys = int(n)
		}
	}
	return secretType, keys
}

// secrets makes the records of all rows.
func (t *table) secrets(maker record.Maker, c *columns) ([]runtime.Object, error) {
	switch t.Kind {
	case "Table":
		c.learn(t)
		items := make([]runtime.Object, 0, len(t.Rows))
		for i := range t.Rows {
			secretType, keys := c.read(t.Rows[i].Cells)
			items = append(items, maker.Secret(&t.Rows[i].Object, secretType, keys))
		}
		return items, nil
	case "PartialObjectMetadataList":
		items := make([]runtime.Object, 0, len(t.Items))
		for i := range t.Items {
			items = append(items, maker.Secret(&t.Items[i], "", -1))
		}
		return items, nil
	}
	return nil, fmt.Errorf("%w: got %q", errNoTable, t.Kind)
}

// tableDecoder reads the frames of a watch one by one.
type tableDecoder struct {
	maker   record.Maker
	body    io.ReadCloser
	json    *json.Decoder
	columns columns
	// rest holds the events of a frame with several rows that are still to be given out.
	rest []watch.Event
}

// Decode gives the next event. A Secret comes as its record; a bookmark as bare metadata, since a record would not keep
// the annotation that marks the end of the initial list.
func (d *tableDecoder) Decode() (watch.EventType, runtime.Object, error) {
	for len(d.rest) == 0 {
		var frame struct {
			Type   watch.EventType `json:"type"`
			Object json.RawMessage `json:"object"`
		}
		if err := d.json.Decode(&frame); err != nil {
			return "", nil, err
		}
		if err := d.take(frame.Type, frame.Object); err != nil {
			return "", nil, err
		}
	}
	e := d.rest[0]
	d.rest = d.rest[1:]
	return e.Type, e.Object, nil
}

func (d *tableDecoder) take(event watch.EventType, data []byte) error {
	if event == watch.Error {
		status := &metav1.Status{}
		if err := json.Unmarshal(data, status); err != nil {
			return fmt.Errorf("watch of secrets: %w", err)
		}
		d.rest = []watch.Event{{Type: event, Object: status}}
		return nil
	}
	var t table
	if err := json.Unmarshal(data, &t); err != nil {
		return fmt.Errorf("watch of secrets: %w", err)
	}
	if t.Kind == "PartialObjectMetadata" {
		one := metav1.PartialObjectMetadata{}
		if err := json.Unmarshal(data, &one); err != nil {
			return fmt.Errorf("watch of secrets: %w", err)
		}
		t.Kind, t.Items = "PartialObjectMetadataList", []metav1.PartialObjectMetadata{one}
	}
	if event == watch.Bookmark {
		d.rest = []watch.Event{{Type: event, Object: t.bookmark()}}
		d.columns.learn(&t)
		return nil
	}
	items, err := t.secrets(d.maker, &d.columns)
	if err != nil {
		return err
	}
	for _, item := range items {
		d.rest = append(d.rest, watch.Event{Type: event, Object: item})
	}
	return nil
}

// bookmark gives the object of a bookmark, which the server puts into a row like any other.
func (t *table) bookmark() *metav1.PartialObjectMetadata {
	mark := &metav1.PartialObjectMetadata{}
	switch {
	case len(t.Rows) > 0:
		mark = &t.Rows[0].Object
	case len(t.Items) > 0:
		mark = &t.Items[0]
	}
	if mark.ResourceVersion == "" {
		mark.ResourceVersion = t.Metadata.ResourceVersion
	}
	return mark
}

// Close ends the watch.
func (d *tableDecoder) Close() { _ = d.body.Close() }
