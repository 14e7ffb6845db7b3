package workload

import (
	"hash/maphash"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model/record"
)

// judgement is all that follows from a template. It is immutable, and shared by every group whose template says the same,
// however the templates differ otherwise.
type judgement struct {
	// hits is ordered by rule.
	hits  []hit
	rules rules
	// account is the service account that the pods run as.
	account string
	// automount is what the spec says of mounting a token: "", "true" or "false".
	automount string
	// token tells that the volume is there by which admission mounts a token, projects that any volume holds one for the API
	// server.
	token, projects bool
}

// of gives the hits of one rule.
func (j *judgement) of(r rule) []hit {
	if j == nil || !j.rules.has(r) {
		return nil
	}
	from, _ := slices.BinarySearchFunc(j.hits, r, func(h hit, r rule) int { return int(h.rule) - int(r) })
	to := from
	for to < len(j.hits) && j.hits[to].rule == r {
		to++
	}
	return j.hits[from:to]
}

func newJudgement(t *corev1.PodTemplateSpec, allow reference.Allow) *judgement {
	j := &judgement{hits: slices.Clip(judge(t, allow, nil)), account: intern(t.Spec.ServiceAccountName), automount: word(t.Spec.AutomountServiceAccountToken)}
	for i := range j.hits {
		j.rules.add(j.hits[i].rule)
	}
	if j.account == "" {
		j.account = defaultAccount
	}
	for i := range t.Spec.Volumes {
		v := &t.Spec.Volumes[i]
		if v.Projected == nil {
			continue
		}
		for _, s := range v.Projected.Sources {
			if s.ServiceAccountToken == nil {
				continue
			}
			j.token = j.token || strings.HasPrefix(v.Name, tokenVolume)
			// A token for another audience is none to the API server.
			j.projects = j.projects || s.ServiceAccountToken.Audience == ""
		}
	}
	return j
}

// tokenVolume begins the name of the volume that the ServiceAccount admission plug-in adds
// (plugin/pkg/admission/serviceaccount/admission.go).
const tokenVolume = "kube-api-access-"

func (j *judgement) equal(o *judgement) bool {
	return j.rules == o.rules && j.account == o.account && j.automount == o.automount && j.token == o.token && j.projects == o.projects && slices.Equal(j.hits, o.hits)
}

// judgements keeps what was judged, for as long as a template is in use.
type judgements struct {
	allow  reference.Allow
	seed   maphash.Seed
	sheets map[record.Template]*sheet
	// shared finds equal judgements of different templates, by hash.
	shared map[uint64][]*shared
	// lists holds the hits of judgements, since many differ in nothing but the account.
	lists hitLists
}

// sheet is the judgement of one template, with the number of its users.
type sheet struct {
	*shared
	users int
}

// shared is one judgement with the number of templates that came to it.
type shared struct {
	judgement *judgement
	list      *hitList
	hash      uint64
	templates int
}

func newJudgements(allow reference.Allow) judgements {
	return judgements{allow: allow, seed: maphash.MakeSeed(), sheets: map[record.Template]*sheet{}, shared: map[uint64][]*shared{}, lists: hitLists{}}
}

// acquire gives the judgement of a template and keeps it until release.
func (s *judgements) acquire(t record.Template) *judgement {
	if known := s.sheets[t]; known != nil {
		known.users++
		return known.judgement
	}
	var j *judgement
	if bare := t.Bare(); bare != t {
		// Nothing that admission adds is judged but the token: what the owner's template was judged to be holds for its pods.
		one := *s.acquire(bare)
		one.token, one.projects = one.token || t.Token(), one.projects || t.Token()
		j = &one
	} else {
		j = newJudgement(t.Decode(), s.allow)
	}
	listed := s.hashHits(j.hits)
	h := s.hash(j, listed)
	var common *shared
	for _, c := range s.shared[h] {
		if c.judgement.equal(j) {
			common = c
			break
		}
	}
	if common == nil {
		common = &shared{judgement: j, hash: h, list: s.lists.acquire(listed, j.hits)}
		j.hits = common.list.hits
		s.shared[h] = append(s.shared[h], common)
	}
	common.templates++
	s.sheets[t] = &sheet{shared: common, users: 1}
	return common.judgement
}

// release ends one use of a template.
func (s *judgements) release(t record.Template) {
	known := s.sheets[t]
	if known.users--; known.users > 0 {
		return
	}
	delete(s.sheets, t)
	if bare := t.Bare(); bare != t {
		s.release(bare)
	}
	if known.templates--; known.templates > 0 {
		return
	}
	s.lists.release(known.list)
	list := slices.DeleteFunc(s.shared[known.hash], func(c *shared) bool { return c == known.shared })
	if len(list) == 0 {
		delete(s.shared, known.hash)
	} else {
		s.shared[known.hash] = list
	}
}

func (s *judgements) hash(j *judgement, listed uint64) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	maphash.WriteComparable(&h, listed)
	maphash.WriteComparable(&h, j.account)
	maphash.WriteComparable(&h, j.automount)
	maphash.WriteComparable(&h, j.token)
	maphash.WriteComparable(&h, j.projects)
	return h.Sum64()
}

func (s *judgements) hashHits(hits []hit) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for i := range hits {
		maphash.WriteComparable(&h, hits[i])
	}
	return h.Sum64()
}
