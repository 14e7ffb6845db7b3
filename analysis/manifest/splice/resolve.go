package splice

import (
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// resolve reads a scalar by the rules of kubectl.
func resolve(n *yaml.Node) (*value, error) {
	bare := n.Style&quoted == 0 && n.Style&yaml.TaggedStyle == 0
	switch tag := n.ShortTag(); tag {
	case "!!null":
		switch n.Value {
		case "", "~", "null", "Null", "NULL":
			return &value{}, nil
		}
		return nil, errors.New("the tag !!null stands before something else")
	case "!!bool":
		b, ok := oldBool(n.Value)
		if !ok {
			return nil, errors.New("the tag !!bool stands before something else")
		}
		return &value{kind: boolean, text: strconv.FormatBool(b)}, nil
	case "!!int", "!!float":
		s, err := resolveNumber(n.Value)
		return &value{kind: number, text: s}, err
	case "!!binary":
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Value), ""))
		if err != nil || !utf8.Valid(data) {
			return nil, errors.New("the tag !!binary stands before what is no text in base64")
		}
		return &value{kind: text, text: string(data)}, nil
	}
	if b, ok := oldBool(n.Value); ok && bare {
		return &value{kind: boolean, text: strconv.FormatBool(b)}, nil
	}
	return &value{kind: text, text: n.Value}, nil
}

// resolveNumber reads the numbers of YAML: 0x1F, 012, 1_000, 0b11, .5.
func resolveNumber(s string) (string, error) {
	plain := strings.ReplaceAll(s, "_", "")
	if i, err := strconv.ParseInt(plain, 0, 64); err == nil {
		return strconv.FormatInt(i, 10), nil
	}
	if u, err := strconv.ParseUint(plain, 0, 64); err == nil {
		return strconv.FormatUint(u, 10), nil
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return "", errors.New("this is no number that JSON knows")
	}
	return spellFloat(f), nil
}

// oldBool reads the booleans of YAML 1.1.
func oldBool(s string) (is, ok bool) {
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return true, true
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return false, true
	}
	return false, false
}

// keyName reads a key: numbers and booleans become texts, as kubectl makes them.
func keyName(n *yaml.Node) (string, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return "", errComplexKey
	}
	v, err := resolve(n)
	if err != nil {
		return "", err
	}
	switch {
	case v.kind == null:
		return "", errors.New("a key must not be null")
	case v.kind == number && n.ShortTag() == "!!float":
		f, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
		if math.Abs(f) > math.MaxFloat32 {
			return "", errors.New("a key is a number that is too large")
		}
		return strconv.FormatFloat(f, 'g', -1, 32), err
	}
	return v.text, nil
}

var errComplexKey = errors.New("a key is itself a map or a list, which no JSON can hold")
