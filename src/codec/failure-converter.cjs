// Temporal loads this file by its path, so it is what Node can `require` as it stands; the build puts it beside the
// programs. Failures carry their messages as payloads, which the codec encrypts.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
