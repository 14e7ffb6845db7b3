package detail

import (
	"strings"

	"canopy/model"
)

// parse takes the id of a finding apart: RULE/group/Kind/namespace/name, or the short form that tables show, which is
// RULE/namespace/Kind/name. Where it can be none wrong says why; what is known is given all the same.
func parse(id string, rules []*model.Rule) (rule *model.Rule, object model.Ref, wrong string) {
	word, rest, _ := strings.Cut(id, "/")
	for _, r := range rules {
		if strings.EqualFold(r.ID, word) {
			rule = r
		}
	}
	if rule == nil {
		return &model.Rule{ID: word, Title: "unknown rule"}, object, "no rule has the id " + word
	}
	if p := strings.Split(rest, "/"); len(p) == 4 && p[1] != "" && p[3] != "" {
		object = model.Ref{Group: p[0], Kind: p[1], Namespace: p[2], Name: p[3]}
		if k := model.KindOf(object.GroupKind()); k != nil {
			object.Version = k.Version
		}
		return rule, object, ""
	}
	object, err := model.ParseRef(rest)
	if err != nil {
		return rule, model.Ref{}, err.Error()
	}
	return rule, object, ""
}
