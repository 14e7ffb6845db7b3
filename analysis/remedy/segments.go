package remedy

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/network/minimal"
	"canopy/model"
	"canopy/model/inorder"
)

// segments mends what findings on the network show: pods that are not isolated, rules that let in too much or do nothing,
// ways in from outside.
type segments struct {
	p *planner
	// flows are those to keep, and all that are kept, where declared is set.
	flows    []minimal.Flow
	declared bool
	// asked are the findings, by object.
	asked  map[model.Ref][]*model.Finding
	survey *minimal.Survey
	// now is given by ground; proof judges what comes out.
	now, proof *terrain
	// taken holds the names that this fix has given away, dropped the policies that it deletes, edits what it does to others.
	taken, dropped map[model.Ref]bool
	edits          map[model.Ref][]operation
	inward         map[model.Ref]inward
	docs           []Document
}

// segmented tells whether documents are made here for a rule.
func segmented(rule string) bool { return strings.HasPrefix(rule, "NW") }

// take takes the findings that are mended here, and gives the others.
func (s *segments) take(findings []*model.Finding) []*model.Finding {
	var rest []*model.Finding
	for _, f := range findings {
		if !segmented(f.Rule.ID) {
			rest = append(rest, f)
			continue
		}
		if s.asked == nil {
			s.asked = map[model.Ref][]*model.Finding{}
		}
		s.asked[f.Object] = append(s.asked[f.Object], f)
	}
	return rest
}

// look gives the survey of the cluster, made at the first question.
func (s *segments) look() *minimal.Survey {
	if s.survey == nil {
		s.survey = minimal.Look(s.p.c)
	}
	return s.survey
}

// ground gives the cluster as it is, or as it will be where what is planned rests on what was planned before. As long as nothing
// is, that is what comes out in the end before anything was carried out.
func (s *segments) ground() *terrain {
	if s.now != nil {
		return s.now
	}
	if s.proof != nil {
		return s.proof
	}
	return s.own()
}

// own gives the ground to change it.
func (s *segments) own() *terrain {
	if s.now == nil {
		s.now = newTerrain(s.p.c, s.look().Pods(), nil)
	}
	return s.now
}

// mend plans the documents for all that was asked. An error means that the catalogue is at fault.
func (s *segments) mend() error {
	if len(s.asked) == 0 {
		return nil
	}
	science, err := newScience()
	if err != nil {
		return err
	}
	rules := maps.Clone(science.rules)
	for _, list := range s.asked {
		for _, f := range list {
			rules[f.Rule.ID] = f.Rule
		}
	}
	s.proof = newTerrain(s.p.c, s.look().Pods(), rules)
	s.inward = map[model.Ref]inward{}
	s.taken, s.dropped, s.edits = map[model.Ref]bool{}, map[model.Ref]bool{}, map[model.Ref][]operation{}
	for ref, list := range s.asked {
		s.asked[ref] = slices.DeleteFunc(list, func(f *model.Finding) bool {
			if s.proof.held[f.ID] != nil {
				return false
			}
			s.p.note(f, "it does not hold in what was seen: what it was about is gone or has changed", "look again: canopy scan --rule "+f.Rule.ID)
			return true
		})
	}
	for ref, list := range s.asked {
		s.dropped[ref] = slices.ContainsFunc(list, func(f *model.Finding) bool { return f.Rule.ID == "NW06" }) && s.networkPolicy(ref) != nil && s.ground().net.Selected(ref) == 0
	}
	s.isolate()
	for _, ref := range inorder.Collect(maps.Keys(s.asked), model.Ref.Compare) {
		for _, f := range s.asked[ref] {
			s.attempt(f)
		}
	}
	return nil
}

// attempt mends one finding that is not about isolation. One of which no document can be made keeps the others from nothing.
func (s *segments) attempt(f *model.Finding) {
	if s.dropped[f.Object] && f.Rule.ID != "NW06" {
		// It ends with the policy.
		return
	}
	var err error
	switch f.Rule.ID {
	case "NW01", "NW02", "NW03", "NW05", "NW19":
		// They were mended together.
	case "NW04":
		err = s.narrow(f)
	case "NW08":
		err = s.withdrawService(f)
	case "NW09":
		err = s.dropAddresses(f)
	case "NW11":
		err = s.encrypt(f)
	case "NW12":
		err = s.dropAnnotations(f)
	case "NW15":
		err = s.limit(f)
	case "NW06", "NW16", "NW17", "NW18":
		err = s.prune(f)
	default:
		s.inWords(f)
	}
	if err != nil {
		s.p.note(f, noDocument(err), noDocumentSteps(f)...)
	}
}

// add takes a document for some findings.
func (s *segments) add(d Document, class breakage, evidence []string, findings ...*model.Finding) {
	for _, f := range findings {
		if !slices.Contains(d.rules, f.Rule) {
			d.rules = append(d.rules, f.Rule)
		}
		d.means = append(d.means, f.ID)
		if why := doubtOf(f); why != "" {
			class = max(class, needsEvidence)
			say(&evidence, "%s", why)
		}
		class = max(class, parseBreakage(f.Rule.Breakage))
	}
	d.Breakage, d.Evidence, d.segment = class.String(), evidence, true
	if d.Step.Verb != model.Create {
		d.keep(metaOf(s.p.c.Get(d.Step.Ref)))
	}
	s.docs = append(s.docs, d)
}

// edit takes operations on a policy for some findings. All on one policy come to one patch, since they count its rules.
func (s *segments) edit(ref model.Ref, ops []operation, class breakage, evidence []string, findings ...*model.Finding) error {
	s.edits[ref] = append(s.edits[ref], ops...)
	d, err := s.patch(ref, types.JSONPatchType, s.edits[ref])
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.docs, func(o Document) bool { return o.Step.Ref == ref })
	if i >= 0 {
		old := s.docs[i]
		d.rules, d.means = old.rules, old.means
		class, evidence = max(class, parseBreakage(old.Breakage)), append(slices.Clone(old.Evidence), evidence...)
		s.docs = slices.Delete(s.docs, i, i+1)
	}
	s.add(d, class, evidence, findings...)
	return nil
}

// planned makes operations true in what further plans rest on.
func (s *segments) planned(ref model.Ref, ops []operation) error {
	body, err := json.Marshal(ops)
	if err != nil {
		return err
	}
	return s.own().carryOut(model.Step{Verb: model.Patch, Ref: ref, PatchType: types.JSONPatchType, Body: body})
}

// create makes the document of an object of ours.
func (s *segments) create(ref model.Ref, obj any) (Document, error) {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return Document{}, err
	}
	// The server writes it.
	delete(fields, "status")
	body, err := json.Marshal(fields)
	if err != nil {
		return Document{}, err
	}
	return created(ref, body)
}

// patch makes the document of a patch.
func (s *segments) patch(ref model.Ref, kind types.PatchType, body any) (Document, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return Document{}, err
	}
	d, err := patchDocument(ref, kind, text)
	if err != nil {
		return d, err
	}
	return d, nil
}

// verify carries the documents out one by one and says which of them ends what. Findings that go on get a note, and such as
// a document makes begin are told beside it.
func (s *segments) verify(f *Fix) {
	if s.proof == nil {
		return
	}
	before := maps.Clone(s.proof.held)
	clear(s.proof.began)
	var at []int
	for i := range f.Documents {
		d := &f.Documents[i]
		if !d.segment {
			continue
		}
		at = append(at, i)
		if err := s.proof.carryOut(d.Step); err != nil {
			s.withdraw(f, err)
			return
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.proof.held)) {
		if before[id] == nil {
			say(&f.Documents[at[s.proof.began[id]-1]].Evidence, "it makes a finding begin: %s %s", id, s.proof.held[id].Rule.Title)
		}
	}
	for _, ref := range inorder.Collect(maps.Keys(s.asked), model.Ref.Compare) {
		for _, one := range s.asked[ref] {
			goesOn := s.proof.held[one.ID]
			noted := func(n Note) bool { return n.Finding == one.ID }
			switch {
			case goesOn == nil && len(at) > 0:
				d := &f.Documents[at[s.proof.ended[one.ID]-1]]
				d.Closes = append(d.Closes, one.ID)
				f.Notes = slices.DeleteFunc(f.Notes, noted)
			case goesOn != nil && !slices.ContainsFunc(f.Notes, noted):
				f.Notes = append(f.Notes, Note{Finding: one.ID, Reason: "what the documents change does not end it", Steps: still(goesOn)})
			}
		}
	}
	for i := range f.Documents {
		slices.Sort(f.Documents[i].Closes)
	}
}

// withdraw takes all documents on the network back where one of them cannot be carried out.
func (s *segments) withdraw(f *Fix, err error) {
	f.Documents = slices.DeleteFunc(f.Documents, func(d Document) bool { return d.segment })
	for _, list := range s.asked {
		for _, one := range list {
			f.Notes = slices.DeleteFunc(f.Notes, func(n Note) bool { return n.Finding == one.ID })
			f.Notes = append(f.Notes, Note{Finding: one.ID, Reason: noDocument(err), Steps: noDocumentSteps(one)})
		}
	}
}

// list names some things, as many as anybody reads.
func list(words []string, most int) string {
	if len(words) > most {
		return strings.Join(words[:most], ", ") + " and " + strconv.Itoa(len(words)-most) + " more"
	}
	return strings.Join(words, ", ")
}
