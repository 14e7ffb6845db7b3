package remedy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// inEditor says the difference of two templates in words, for objects that no patch reaches. Items of lists are called
// by their names.
func inEditor(before, after *corev1.PodTemplateSpec) []string {
	old, err := tree(before)
	if err != nil {
		return nil
	}
	now, err := tree(after)
	if err != nil {
		return nil
	}
	var words []string
	sayMaps(&words, "", old, now)
	return words
}

func sayMaps(words *[]string, path string, old, now map[string]any) {
	for _, key := range keys(old, now) {
		o, had := old[key]
		n, has := now[key]
		at := path + "." + key
		if path == "" {
			at = key
		}
		ol, nl, lists := bothLists(o, n)
		om, isOld := o.(map[string]any)
		nm, isNew := n.(map[string]any)
		switch {
		case had == has && same(o, n):
		case lists && len(ol)+len(nl) > 0 && isMap(ol, nl):
			sayLists(words, at, ol, nl)
		case !has:
			*words = append(*words, "remove "+at)
		case isNew && (isOld || !had):
			sayMaps(words, at, om, nm)
			if len(nm) == 0 {
				*words = append(*words, "set "+at+" to {}")
			}
		default:
			*words = append(*words, "set "+at+" to "+inJSON(n))
		}
	}
}

func sayLists(words *[]string, at string, old, now []any) {
	used := make([]bool, len(now))
	for i, item := range old {
		o := item.(map[string]any)
		found := -1
		for j, n := range now {
			if !used[j] && label(n) == label(item) {
				found = j
				break
			}
		}
		name := at + "[" + cmp.Or(label(item), strconv.Itoa(i)) + "]"
		if found < 0 {
			*words = append(*words, "remove "+name)
			continue
		}
		used[found] = true
		sayMaps(words, name, o, now[found].(map[string]any))
	}
	for j, n := range now {
		if !used[j] {
			*words = append(*words, "add to "+at+" "+inJSON(n))
		}
	}
}

// label is what people call an item of a list.
func label(item any) string {
	m, ok := item.(map[string]any)
	if !ok {
		return ""
	}
	for _, key := range []string{"mountPath", "containerPort", "ip", "name"} {
		if v := m[key]; v != nil {
			s := fmt.Sprint(v)
			if p := m["protocol"]; p != nil {
				s += "/" + fmt.Sprint(p)
			}
			return s
		}
	}
	return ""
}

func inJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// evidenceOf gives what proves a finding; nil where it came without, as from a report.
func evidenceOf(f *model.Finding) []model.Evidence {
	if f.Proof == nil {
		return nil
	}
	return f.Proof.Evidence()
}
