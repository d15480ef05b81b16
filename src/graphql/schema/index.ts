/* oxlint-disable import/no-unassigned-import -- importing them adds to the builder, and does nothing else */
// The list of what the schema is made of: each file adds its types and fields to the builder.
import './add-site.ts';
import './cancel-sync.ts';
import './custom-request.ts';
import './decide-hold.ts';
import './deletion-hold.ts';
import './exhibition.ts';
import './expected-errors.ts';
import './order-item.ts';
import './order.ts';
import './painting.ts';
import './remove-site.ts';
import './run-statistics.ts';
import './site-drift.ts';
import './site-setting.ts';
import './site-stats.ts';
import './site.ts';
import './sync-entity-run.ts';
import './sync-issue.ts';
import './sync-log-entry.ts';
import './sync-progress.ts';
import './sync-run.ts';
import './sync-scan.ts';
import './sync-site.ts';
import './update-site.ts';
import './user.ts';
