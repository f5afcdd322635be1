"""The course's own library. What the chapters teach lies here, one idea a module:

| chapter | idea | module | begin with | test |
|---:|---|---|---|---|
| 1 | captions: reading and cleaning | `captions.py` | `clean_caption` | `test_captions.py` |
| 1 | words as numbers | `vocabulary.py` | `Vocabulary` | `test_vocabulary.py` |
| 1 | splits by image | `dataset.py` | `load_dataset` | `test_dataset.py` |
| 2 | a photo as 224 x 224 pixels | `images.py` | `preprocess` | `test_images.py` |
| 2 | MobileNetV2 | `cnn.py` | `build_cnn` | `test_cnn.py` |
| 2 | features | `features.py` | `extract_features` | `test_features.py` |
| 3 | word vectors | `glove.py` | `embedding_matrix` | `test_glove.py` |
| 4 | prefixes, padding, batches | `sequences.py` | `encode_captions` | `test_sequences.py` |
| 5 | the merge model | `model.py` | `build_model` | `test_model.py` |
| 6 | training with `fit` | `training.py` | `train` | `test_training.py` |
| 6 | early stopping, backups, progress | `callbacks.py` | `DevLoss` | `test_training.py` |
| 6 | what is trained on a dataset | `recipe.py` | `recipe_for` | `commands/test_train.py` |
| 7 | greedy search and sampling | `decoding.py` | `greedy` | `test_decoding.py` |
| 7 | beam search | `beam.py` | `beam_search` | `test_decoding.py` |
| 7 | BLEU | `bleu.py` | `bleu` | `test_metrics.py` |
| 7 | baselines and people | `baselines.py` | `constant_baseline` | `test_metrics.py` |
| 7 | the table of scores | `metrics.py` | `score_rows` | `test_metrics.py` |
| 7 | a model with its vocabulary | `captioner.py` | `load_captioner` | `test_captioner.py` |
| 7 | photos of another kind | `outliers.py` | `summarize` | `test_outliers.py` |
| 8 | attention over regions | `attention.py` | `attend` | `test_attention.py` |
| 8 | the causal variant | `causal.py` | `build_causal_model` | `test_attention.py` |
| 8 | teacher forcing | `teacher_forcing.py` | `train_teacher_forcing` | `test_self_critical.py` |
| 8 | CIDEr-D, and rewards | `cider.py` | `cider_d` | `test_cider.py` |
| 8 | training on rewards | `self_critical.py` | `train_self_critical` | `test_self_critical.py` |

Everything else has a folder: `commands` (run by `python -m utils NAME`), `exercises` (the checks),
`diagnosis` (what is wrong with a machine or with captions), `figures` (the pictures of the
chapters), `scenes` (the drawn dataset), `formats` (captions files as people have them), `page` (the
captioner in a browser), `authoring` (for maintainers), `book` (the course as a site), `classroom`
(for teachers) and `support` (files, paths, progress bars). Imports go one way, from `classroom`
down to `support`; `lint-imports` holds that.
"""
