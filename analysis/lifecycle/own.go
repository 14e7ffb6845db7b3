package lifecycle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// schema is the version of the form of our own files; one that is unknown is refused.
const schema = 1

// envelope is a file of ours: what is in it, and a sum by which one that was cut or changed is told. The sum is over the payload without
// white space, so that people may lay it out as they like.
type envelope struct {
	Canopy  int             `json:"canopyData"`
	SHA256  string          `json:"sha256"`
	Payload json.RawMessage `json:"payload"`
}

// Encode writes our own format.
func Encode(u *Update) ([]byte, error) {
	if err := u.check(); err != nil {
		return nil, fmt.Errorf("the data %w", err)
	}
	payload, err := json.Marshal(u)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(payload)
	file, err := json.Marshal(envelope{Canopy: schema, SHA256: hex.EncodeToString(sum[:]), Payload: payload})
	if err != nil {
		return nil, err
	}
	if len(file) >= MaxSize {
		return nil, fmt.Errorf("the data %w", errSize)
	}
	return append(file, '\n'), nil
}

// Decode reads our own format. It refuses what is cut, what has another sum than it says, what it does not know, and what cannot be.
func Decode(data []byte) (*Update, error) {
	if len(data) > MaxSize {
		return nil, errSize
	}
	var probe struct {
		Canopy int `json:"canopyData"`
	}
	if err := json.Unmarshal(data, &probe); err != nil {
		return nil, fmt.Errorf("is cut or is no JSON: %w", err)
	}
	if probe.Canopy != schema {
		return nil, fmt.Errorf("is of version %d of the format; this program reads version %d", probe.Canopy, schema)
	}
	var file envelope
	if err := strict(data, &file); err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	if err := json.Compact(&packed, file.Payload); err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	if sum := sha256.Sum256(packed.Bytes()); hex.EncodeToString(sum[:]) != file.SHA256 {
		return nil, errors.New("was changed or damaged: its payload has another sum than the file says")
	}
	u, err := decodePayload(file.Payload)
	if err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	return u, nil
}

func decodePayload(data []byte) (*Update, error) {
	var u Update
	if err := strict(data, &u); err != nil {
		return nil, err
	}
	if err := u.check(); err != nil {
		return nil, err
	}
	return &u, nil
}

// strict reads one JSON value, all of whose fields are known, and nothing after it.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("has something after its end, at byte %d", d.InputOffset())
	}
	return nil
}
