package secret

import (
	"time"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// factsRef names what reading a Secret has shown.
func factsRef(it *item) model.Ref {
	return model.Ref{Group: facts.Group, Version: "v1", Kind: facts.Kind, Namespace: it.key.Namespace, Name: it.key.Name}
}

func factsOf(c *cluster.Cluster, it *item) *record.SecretFacts {
	f, _ := c.Get(factsRef(it)).(*record.SecretFacts)
	return f
}

func (r *round) facts(it *item) *record.SecretFacts { return factsOf(r.c, it) }

// current gives the facts about a Secret; nil where there are none, or it was written since.
func (r *round) current(it *item, s *record.Secret) *record.SecretFacts {
	if f := r.facts(it); f != nil && fresh(f, s) {
		return f
	}
	return nil
}

// fresh tells that facts are about the Secret as it is: about this version, or a former one with the same data.
func fresh(f *record.SecretFacts, s *record.Secret) bool {
	return f.Version == s.ResourceVersion || s.Changed > 0 && s.Changed < f.Read && s.Created < f.Read
}

// certificate gives a Certificate of cert-manager.
func (r *round) certificate(ref model.Ref) *record.Custom { return customOf(r.c, ref) }

func customOf(c *cluster.Cluster, ref model.Ref) *record.Custom {
	t, _ := c.Get(ref).(*record.Custom)
	return t
}

// parsed reads a time of a status, in seconds since 1970; 0 where there is none.
func parsed(t *record.Custom, field string) int64 {
	at, err := time.Parse(time.RFC3339, text(t.Body, "status", field))
	if err != nil {
		return 0
	}
	return at.Unix()
}
