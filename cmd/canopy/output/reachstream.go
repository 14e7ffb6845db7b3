package output

import (
	"bytes"
	"encoding/json"
	"io"
)

// reachHead is what stands before the entries of a Reach.
type reachHead struct {
	Level       string       `json:"level"`
	Enforcement string       `json:"enforcement"`
	Entries     []ReachEntry `json:"entries"`
}

func (r *Reach) head() reachHead {
	return reachHead{Level: r.Level.String(), Enforcement: string(r.Enforcement), Entries: []ReachEntry{}}
}

// writeJSON writes what WriteJSON would of the whole document, one entry at a time.
func (r *Reach) writeJSON(w io.Writer) error {
	out := &guard{w: w, escape: escapeJSON}
	var head bytes.Buffer
	if err := WriteJSON(&head, r.head()); err != nil {
		return err
	}
	before, after, _ := bytes.Cut(head.Bytes(), []byte("]"))
	if _, err := out.Write(before); err != nil {
		return err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("    ", "  ")
	some := false
	for entry := range r.Entries {
		b.Reset()
		if some {
			b.WriteByte(',')
		}
		b.WriteString("\n    ")
		if err := e.Encode(r.entry(&entry)); err != nil {
			return err
		}
		if _, err := out.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n"))); err != nil {
			return err
		}
		some = true
	}
	end := "]" + string(after)
	if some {
		end = "\n  " + end
	}
	_, err := io.WriteString(out, end)
	return err
}

// writeYAML does the same for WriteYAML.
func (r *Reach) writeYAML(w io.Writer) error {
	var head bytes.Buffer
	if err := WriteYAML(&head, r.head()); err != nil {
		return err
	}
	before, after, _ := bytes.Cut(head.Bytes(), []byte(" []"))
	if _, err := w.Write(before); err != nil {
		return err
	}
	some := false
	blocks := newBlocks()
	for entry := range r.Entries {
		data, err := json.Marshal([]ReachEntry{r.entry(&entry)})
		if err != nil {
			return err
		}
		text, err := blocks.fromJSON(data)
		if err != nil {
			return err
		}
		if !some {
			text = append([]byte("\n"), text...)
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		some = true
	}
	if some {
		return nil
	}
	_, err := io.WriteString(w, " []"+string(after))
	return err
}
