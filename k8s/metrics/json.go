package metrics

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// readJSON reads a list, item by item, so that one of a hundred thousand pods is never held. It is asked for as JSON, which the standard
// library reads as a stream; protobuf would take a quarter of the time, of what is 0.2 % of a core. Not the types of k8s.io/metrics are read
// into: see quantity.
func readJSON(body *budget, what resource, each func(*item) error) error {
	d := json.NewDecoder(body)
	if err := delimiter(d, '{'); err != nil {
		return err
	}
	kind, listed := "", false
	var raw json.RawMessage
	var x item
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return inside(err)
		}
		body.renew()
		if key != "items" || listed {
			if err := d.Decode(&raw); err != nil {
				return inside(err)
			}
			if key == "kind" {
				// Not a text is no kind.
				_ = json.Unmarshal(raw, &kind)
			}
			continue
		}
		listed = true
		first, err := d.Token()
		if err != nil {
			return inside(err)
		}
		if first == nil {
			continue
		}
		if first != json.Delim('[') {
			return errors.New("its items are no list")
		}
		for d.More() {
			body.renew()
			if err := d.Decode(&raw); err != nil {
				return inside(err)
			}
			x.reset()
			x.unmarshal(raw, what)
			if err := each(&x); err != nil {
				return err
			}
		}
		if err := delimiter(d, ']'); err != nil {
			return err
		}
	}
	if err := delimiter(d, '}'); err != nil {
		return err
	}
	if kind != what.list() {
		return wrongKind(kind, what)
	}
	return nil
}

// inside makes of an end where more has to come an early one.
func inside(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func delimiter(d *json.Decoder, want json.Delim) error {
	got, err := d.Token()
	if err != nil {
		return inside(err)
	}
	if got != want {
		return fmt.Errorf("it has %v where %v should be", got, want)
	}
	return nil
}

// written is NodeMetrics or PodMetrics as JSON has it.
type written struct {
	Metadata   struct{ Name, Namespace string }
	Timestamp  time.Time
	Usage      amounts
	Containers []struct {
		Name  string
		Usage amounts
	}
}

type amounts struct{ CPU, Memory amount }

// amount is a quantity as it is written: a text, or a number.
type amount string

// UnmarshalJSON takes either.
func (a *amount) UnmarshalJSON(data []byte) error {
	if data[0] != '"' {
		*a = amount(data)
		return nil
	}
	return json.Unmarshal(data, (*string)(a))
}

// unmarshal reads one item. One that is not understood is bad and no more: the list goes on behind it.
func (x *item) unmarshal(raw []byte, what resource) {
	var w written
	if json.Unmarshal(raw, &w) != nil {
		x.bad++
		return
	}
	x.namespace, x.name, x.at = w.Metadata.Namespace, w.Metadata.Name, w.Timestamp.Unix()
	if what == nodes {
		x.add("", string(w.Usage.CPU), string(w.Usage.Memory), false)
		return
	}
	for i := range w.Containers {
		c := &w.Containers[i]
		x.add(c.Name, string(c.Usage.CPU), string(c.Usage.Memory), true)
	}
}
