package secrets

import (
	"context"
	"sync"

	"canopy/analysis/rbac"
	"canopy/analysis/secret"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/ui/view"
	"canopy/ui/view/work"
)

// Keeper keeps what the screens of one session have read of its Secrets, and the reading and sweeping that goes on. The zero value is
// ready.
type Keeper struct {
	mutex sync.Mutex
	// survey is that as of the report with this sequence number.
	survey   *survey
	sequence uint64
	job      work.Job
}

// Stop ends what goes on.
func (k *Keeper) Stop() { k.job.Stop() }

// survey is the inventory at one moment. It is immutable.
type survey struct {
	secrets []secret.Secret
	// readers counts who can read each, as far as what RBAC grants was seen.
	readers      map[model.Ref]secret.Count
	certificates []secret.Certificate
	// version and granted are those of the inventory and of RBAC.
	version, granted uint64
}

// one is what is known of one Secret.
type one struct {
	secret  secret.Secret
	readers []secret.Reader
	known   bool
}

// desk answers questions. Its methods may wait, so commands call them.
type desk interface {
	// All gives the inventory; the one before where nothing of it has changed, nil for none.
	All(ctx context.Context, before *survey) (*survey, error)
	One(ctx context.Context, ref model.Ref) (*one, error)
}

// office asks the session that is looked at.
type office struct{ session view.Session }

// All lists the inventory. It is asked after each report, and does next to nothing on the writer where the report was about other things.
func (o office) All(ctx context.Context, before *survey) (*survey, error) {
	s := before
	err := o.session.AskSecrets(ctx, func(c *cluster.Cluster, secrets *secret.Analyser, access *rbac.Analyser) {
		version, granted := secrets.Version(), access.Version()
		if before != nil && before.version == version && before.granted == granted {
			return
		}
		s = &survey{version: version, granted: granted, readers: secrets.CountReaders(access)}
		if before != nil && before.version == version {
			s.secrets, s.certificates = before.secrets, before.certificates
			return
		}
		s.secrets, s.certificates = secrets.Secrets(c), secrets.Certificates(c)
	})
	return s, err
}

// One tells of one Secret, with who can read it.
func (o office) One(ctx context.Context, ref model.Ref) (*one, error) {
	s := &one{}
	err := o.session.AskSecrets(ctx, func(c *cluster.Cluster, secrets *secret.Analyser, access *rbac.Analyser) {
		s.secret, s.known = secrets.Secret(c, ref)
		s.readers = secret.Readers(access, ref)
	})
	return s, err
}

// read gives the inventory as of a snapshot.
func (k *Keeper) read(ctx context.Context, d desk, s *view.Snapshot) (*survey, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.survey != nil && k.sequence == s.Report.Sequence {
		return k.survey, nil
	}
	now, err := d.All(ctx, k.survey)
	if err != nil {
		return nil, err
	}
	k.survey, k.sequence = now, s.Report.Sequence
	return now, nil
}
