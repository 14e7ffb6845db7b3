package secret

import (
	"strconv"
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

// skew is how far the clock of whoever read a Secret may be from that of the server, in seconds.
const skew = 3600

// fresh tells that facts are about the Secret as it is: about this version, a newer one that is on its way, or a former one with the
// same data. The server tells when the data was last written by its own clock, so that of a former version nothing is known where that
// was not long before.
func fresh(f *record.SecretFacts, s *record.Secret) bool {
	return f.Version == s.ResourceVersion || newer(f.Version, s.ResourceVersion) || s.Changed > 0 && s.Changed+skew < f.Read && s.Created+skew < f.Read
}

// newer compares resource versions, which of one resource rise (KEP-5504). What is no number is not newer.
func newer(a, b string) bool {
	x, err := strconv.ParseUint(a, 10, 64)
	y, other := strconv.ParseUint(b, 10, 64)
	return err == nil && other == nil && x > y
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
