import { json } from '../answer.ts';
import type { Handler } from './site.ts';

/** `POST /api/upload/image`: takes the picture and forgets it; every name under `Images/` has a picture anyway. */
export const uploadImage: Handler = async (_site, request) => {
  const body = await request.readBody();
  const part = /form-data;[^\r\n]*\bname="file"[^\r\n]*\bfilename="([^"\r\n]+)"/.exec(body.toString('utf8'));
  const name = part?.[1]?.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_');
  if (!/^multipart\/form-data/i.test(request.contentType) || name === undefined) {
    return json(400, { error: 'Aucun fichier', success: false });
  }
  return json(200, {
    filename: name,
    message: 'Image uploadée avec succès',
    path: `Images/${name}`,
    success: true,
  });
};
